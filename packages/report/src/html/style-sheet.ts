/**
 * The page's style. Light is the default and what is printed; dark only on screens that ask for
 * it. Point colours run from pale to strong against the background in both.
 */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --background: #ffffff;
  --panel: #f6f7f9;
  --border: #dfe3e8;
  --edge: #c3cad2;
  --text: #1b2430;
  --muted: #5a6675;
  --link: #1a5fb4;
  --accent: #c2410c;
  --good: #0f766e;
  --warn-background: #fff6e5;
  --warn-border: #e0a030;
  --note-background: #eef4fc;
  --note-border: #7aa7e0;
  --chart-text: #4b5765;
  --chart-grid: #e8ebef;
  --chart-axis: #9aa5b1;
  --chart-surface: #ffffff;
  --chart-best: #c2410c;
  --chart-front: #0f766e;
  --chart-limit: #1b2430;
  --chart-over: #9aa5b1;
  --chart-bar: #3b7dc4;
  --chart-strong: #1b2430;
  --ramp-0: #a9c8e8;
  --ramp-1: #90bae2;
  --ramp-2: #79abdd;
  --ramp-3: #5c96d2;
  --ramp-4: #4280c3;
  --ramp-5: #2e6aaf;
  --ramp-6: #1f5493;
  --ramp-7: #143d73;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --background: #12161c;
    --panel: #1a2029;
    --border: #2f3844;
    --edge: #4a5666;
    --text: #e4e9ef;
    --muted: #9aa7b6;
    --link: #84b6f4;
    --accent: #ff9d5c;
    --good: #45c4b0;
    --warn-background: #2b2414;
    --warn-border: #b98a2c;
    --note-background: #172435;
    --note-border: #3f6da6;
    --chart-text: #a9b5c2;
    --chart-grid: #262e39;
    --chart-axis: #5d6a79;
    --chart-surface: #12161c;
    --chart-best: #ff9d5c;
    --chart-front: #45c4b0;
    --chart-limit: #e4e9ef;
    --chart-over: #76828f;
    --chart-bar: #4b8fd6;
    --chart-strong: #e4e9ef;
    --ramp-0: #315a87;
    --ramp-1: #37689c;
    --ramp-2: #3e75b0;
    --ramp-3: #4580c0;
    --ramp-4: #5c97d6;
    --ramp-5: #7daee6;
    --ramp-6: #a3c8f2;
    --ramp-7: #cfe3fb;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 1120px;
  padding: 40px 24px 64px;
  background: var(--background);
  color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums;
  overflow-wrap: break-word;
}
h1, h2, h3 { line-height: 1.25; text-wrap: balance; overflow-wrap: break-word; }
h1 { margin: 6px 0 14px; font-size: clamp(26px, 4.4vw, 38px); letter-spacing: -0.015em; }
h2 { margin: 0 0 14px; font-size: 23px; letter-spacing: -0.01em; }
h3 { margin: 0; font-size: 16px; }
section { margin-top: 52px; scroll-margin-top: 16px; }
section > h3 { margin-top: 24px; }
p { margin: 10px 0; max-width: 76ch; }
a { color: var(--link); }
.muted, small { color: var(--muted); font-size: 14px; }
.eyebrow { margin: 0; color: var(--muted); }
.eyebrow strong { color: var(--text); }
.lead { font-size: 17px; }
.badge {
  display: inline-block;
  padding: 1px 9px;
  border: 1px solid var(--border);
  border-radius: 99px;
  color: var(--muted);
  font-size: 13px;
  white-space: nowrap;
}
.badge.finished { border-color: var(--good); color: var(--good); }
.badge.interrupted { border-color: var(--warn-border); color: var(--text); }
.badge.best { border-color: var(--accent); color: var(--accent); }
.notice {
  max-width: none;
  padding: 10px 14px;
  border: 1px solid var(--note-border);
  border-radius: 8px;
  background: var(--note-background);
}
.notice.warn { border-color: var(--warn-border); background: var(--warn-background); }
.tiles {
  display: grid;
  grid-template-columns: repeat(4, 1fr);
  margin: 24px 0 14px;
  border: 1px solid var(--border);
  border-radius: 10px;
  overflow: hidden;
}
.tiles > div { padding: 14px 16px; box-shadow: 1px 1px var(--border); }
.tiles dt { color: var(--muted); font-size: 14px; }
.tiles dd { margin: 2px 0 0; font-size: 23px; font-weight: 600; line-height: 1.3; }
.tiles small { display: block; margin-top: 3px; font-size: 13px; font-weight: 400; line-height: 1.4; }
nav { display: flex; flex-wrap: wrap; gap: 6px 20px; margin-top: 26px; padding: 10px 0; border-block: 1px solid var(--border); }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
figure { margin: 0 0 40px; }
figcaption { margin-bottom: 8px; }
.chart { display: block; width: 100%; height: auto; font-family: inherit; }
.chart.narrow { display: none; max-width: 560px; margin: 0 auto; }
.legend ul { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 14px; }
.legend li { display: flex; align-items: center; gap: 8px; }
.legend p { margin: 6px 0 0; }
.ramp { display: inline-flex; gap: 2px; }
.dot { display: inline-block; width: 11px; height: 11px; border-radius: 50%; flex: none; }
.dot.hollow { border: 2px solid var(--chart-over); }
.dot.ring { width: 15px; height: 15px; border: 3px solid var(--chart-best); }
.line { display: inline-block; width: 24px; height: 3px; border-radius: 2px; flex: none; }
.line.best { background: var(--chart-best); }
.line.front { background: var(--chart-front); }
.columns { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 40px; align-items: start; }
table { width: 100%; margin: 12px 0; border-collapse: collapse; font-size: 15px; }
caption { padding-bottom: 6px; color: var(--muted); font-size: 14px; text-align: left; }
th, td { padding: 6px 16px 6px 0; border-bottom: 1px solid var(--border); text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: 14px; font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 400; }
.number { text-align: right; white-space: nowrap; }
/* A shadow at an edge says that the table goes on there; it is covered where the edge is reached. */
.scroll {
  overflow-x: auto;
  background:
    linear-gradient(to right, var(--background) 40%, transparent) left / 48px 100% no-repeat local,
    linear-gradient(to left, var(--background) 40%, transparent) right / 48px 100% no-repeat local,
    linear-gradient(to right, var(--edge), transparent) left / 14px 100% no-repeat scroll,
    linear-gradient(to left, var(--edge), transparent) right / 14px 100% no-repeat scroll;
}
.scroll.tall { max-height: min(840px, 85vh); overflow: auto; border: 1px solid var(--border); border-radius: 8px; }
.tall table { margin: 0; }
.tall caption { padding: 10px 14px; }
.tall th:first-child, .tall td:first-child { padding-left: 14px; }
.tall thead th { position: sticky; top: 0; background: var(--background); box-shadow: 0 1px var(--border); }
.tall td { white-space: nowrap; }
.tall thead th { white-space: normal; }
.tall .architecture, .tall .architecture code { white-space: normal; }
.tall .architecture { width: 100%; min-width: 250px; }
.roles code { overflow-wrap: break-word; }
.roles td { text-align: right; }
.roles .muted { display: block; }
tr.winner td { background: color-mix(in srgb, var(--accent) 9%, transparent); font-weight: 600; }
th button { padding: 0; border: 0; background: none; color: inherit; font: inherit; text-align: inherit; cursor: pointer; }
th button:hover { color: var(--text); text-decoration: underline; }
th[aria-sort] button::after { content: " \\2191"; }
th[aria-sort="descending"] button::after { content: " \\2193"; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code, pre { overflow-wrap: anywhere; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 0.88em; }
pre { margin: 10px 0; padding: 12px 14px; border-radius: 8px; background: var(--panel); overflow-x: auto; line-height: 1.5; }
pre code { font-size: 14px; }
pre.wrap { white-space: pre-wrap; }
.prose { max-width: 76ch; padding: 2px 14px 6px; border-radius: 8px; background: var(--panel); font-size: 15px; }
.prose h4, .prose h5 { margin: 14px 0 4px; font-size: 15px; }
.prose h4 { font-size: 13px; letter-spacing: 0.04em; color: var(--muted); }
.prose p, .prose li { white-space: pre-line; }
.prose ul, .prose ol { margin: 6px 0; padding-left: 22px; }
.prose pre { padding: 0; }
.prose details, .verbatim { margin: 10px 0; font-size: 14px; }
.genes td { white-space: nowrap; }
.gene { display: inline-block; min-width: 1.6ch; margin-right: 0.9ch; text-align: right; }
.nowrap { white-space: nowrap; }
.flag { display: inline-block; max-width: 100%; }
.gene.off { color: var(--muted); }
summary { cursor: pointer; }
.iterations { border-top: 1px solid var(--border); }
.iteration { border-bottom: 1px solid var(--border); }
.iteration > summary { display: flex; gap: 14px; align-items: baseline; padding: 9px 0; list-style: none; }
.iteration > summary::-webkit-details-marker { display: none; }
.iteration > summary::before { content: ""; flex: none; width: 7px; height: 7px; border: solid var(--muted); border-width: 0 2px 2px 0; transform: rotate(-45deg); }
.iteration[open] > summary::before { transform: rotate(45deg); }
.iteration .index { flex: none; min-width: 2.5ch; color: var(--muted); text-align: right; }
.iteration .first-line { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.iteration .outcome { flex: none; white-space: nowrap; }
.iteration .body { padding: 0 0 12px 20px; }
footer { margin-top: 56px; padding-top: 12px; border-top: 1px solid var(--border); color: var(--muted); font-size: 14px; }
.print-only, .narrow-only { display: none; }
@media screen and (max-width: 760px) {
  body { padding: 24px 16px 48px; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .columns { grid-template-columns: minmax(0, 1fr); }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
  .genes th, .genes td { padding-right: 8px; }
  .gene { min-width: 1ch; margin-right: 0.7ch; }
  .optional { display: none; }
  .narrow-only { display: inline; }
  .sortable :is(th, td) { padding-right: 9px; font-size: 13px; }
  .tall :is(th, td):nth-child(2) { padding-left: 14px; }
  .tall .architecture { min-width: 0; }
  .iteration .first-line { white-space: normal; }
  .iteration .outcome { display: flex; flex-direction: column-reverse; gap: 4px; align-items: flex-end; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  nav, .screen-only, .verbatim { display: none; }
  section { margin-top: 28px; }
  figure, tr, .tiles { break-inside: avoid; }
  h2, h3, caption { break-after: avoid; }
  thead th.number { white-space: normal; }
  .scroll { overflow: visible; }
  .scroll.tall { max-height: none; border: 0; overflow: visible; }
  .tall thead th { position: static; }
  .sortable tbody tr:nth-child(n + 41) { display: none; }
  /* Rank and top-5 leave their width to the architecture. */
  .sortable :is(th, td):is(:nth-child(1), :nth-child(4)) { display: none; }
  .sortable :is(th, td) { padding-right: 8px; font-size: 8pt; }
  .iteration .first-line { white-space: normal; }
  table { font-size: 9.5pt; }
  .print-only { display: inline; }
}
`;
