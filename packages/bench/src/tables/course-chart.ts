import { mean, quantile } from "@collm/statistics";
import { type ArmSummary, bestAfter, type TargetSummary } from "./summarise.js";
import { fixed } from "./table.js";

/**
 * Best so far against evaluations as one SVG file: a panel for each target, in it a line for the mean
 * of each arm and a band from the 25 % to the 75 % quantile. Written by hand and not by the report's
 * plotting library, as it must stand alone: its colours follow the viewer's light or dark scheme and
 * its bytes depend on the numbers alone.
 */
export function courseChart(title: string, summaries: readonly TargetSummary[]): string {
  const arms = summaries[0]?.arms ?? [];
  // A single panel has the room of the legend beside it.
  const panelWidth = summaries.length === 1 ? panel.widthAlone : panel.width;
  const width = outer.gap + summaries.length * (panelWidth + outer.gap);
  const legend = legendOf(arms, width);
  const height = outer.top + legend.height + panel.height + outer.bottom;
  const panels = summaries.map((summary, i) =>
    drawPanel(summary, {
      x: outer.gap + i * (panelWidth + outer.gap),
      width: panelWidth,
      y: outer.top + legend.height,
      id: `panel-${i + 1}`,
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${escaped(title)}</title>
<desc id="desc">${escaped(describe(summaries))}</desc>
<style>${style(arms.length)}</style>
<rect class="surface" width="${width}" height="${height}"/>
<text class="title" x="${outer.gap}" y="24">${escaped(title)}</text>
${legend.svg}
${panels.join("\n")}
</svg>
`;
}

const outer = { gap: 24, top: 40, bottom: 12 } as const;
const panel = {
  width: 380,
  widthAlone: 640,
  height: 300,
  left: 46,
  right: 10,
  top: 26,
  bottom: 40,
} as const;

/** Okabe and Ito's colours, which people with any colour vision tell apart, in light and dark. */
const colours = [
  ["#6b7280", "#9ca3af"],
  ["#0072b2", "#56a8e0"],
  ["#009e73", "#2fc79b"],
  ["#d55e00", "#f08a4b"],
  ["#a8579a", "#d68fc8"],
  ["#8a6d00", "#e0b83c"],
  ["#3949ab", "#9fa8da"],
  ["#c62828", "#ef7d7d"],
] as const;

function style(arms: number): string {
  const of = (scheme: 0 | 1): string =>
    Array.from({ length: arms }, (_, i) => {
      const colour = colours[i % colours.length]?.[scheme];
      return `.line-${i}{stroke:${colour}}.fill-${i}{fill:${colour}}`;
    }).join("");
  return [
    "text{font:12px system-ui,sans-serif;fill:#4b5563}.title{font-size:15px;font-weight:600;fill:#111827}",
    ".name{font-size:13px;font-weight:600;fill:#111827}.surface{fill:#ffffff}.grid{stroke:#e5e7eb}.axis{stroke:#9ca3af}",
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}.band{fill-opacity:.14}",
    of(0),
    "@media (prefers-color-scheme:dark){text{fill:#9ca3af}.title,.name{fill:#f3f4f6}.surface{fill:#0d1117}",
    `.grid{stroke:#283041}.axis{stroke:#4b5563}.band{fill-opacity:.2}${of(1)}}`,
  ].join("");
}

/** Arms that repeat a colour after the eighth are dashed. */
function dash(place: number): string {
  return place < colours.length ? "" : ' stroke-dasharray="6 4"';
}

function legendOf(
  arms: readonly ArmSummary[],
  width: number,
): { readonly svg: string; readonly height: number } {
  const rowHeight = 20;
  const columnWidth = 260;
  const columns = Math.max(1, Math.floor((width - outer.gap) / columnWidth));
  const entries = arms.map(({ arm }, i) => {
    const x = outer.gap + (i % columns) * columnWidth;
    const y = outer.top + Math.floor(i / columns) * rowHeight + 6;
    return `<path class="line line-${i}"${dash(i)} d="M${x} ${y}h22"/><text x="${x + 28}" y="${y + 4}">${escaped(arm.label)}</text>`;
  });
  return { svg: entries.join("\n"), height: Math.ceil(arms.length / columns) * rowHeight + 8 };
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly id: string;
}

/** Mean and quartiles of the best so far after each evaluation. */
interface Course {
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

function drawPanel({ target, arms }: TargetSummary, place: Place): string {
  const courses = arms.map(courseOf);
  const evaluations = Math.max(1, ...courses.map((course) => course.mean.length));
  const { low, high, step } = verticalExtent(courses, evaluations);
  const inner = {
    left: place.x + panel.left,
    right: place.x + place.width - panel.right,
    top: place.y + panel.top,
    bottom: place.y + panel.height - panel.bottom,
  };
  const toX = (evaluation: number): number =>
    inner.left + ((evaluation - 1) / Math.max(1, evaluations - 1)) * (inner.right - inner.left);
  const toY = (percent: number): number =>
    inner.bottom - ((percent - low) / (high - low)) * (inner.bottom - inner.top);
  const point = (percent: number, i: number): string =>
    `${short(toX(i + 1))} ${short(toY(percent))}`;

  const ticks = Array.from(
    { length: Math.round((high - low) / step) + 1 },
    (_, i) => low + i * step,
  );
  const horizontal = ticks.map((percent) => {
    const y = short(toY(percent));
    return `<path class="grid" d="M${inner.left} ${y}H${inner.right}"/><text x="${inner.left - 6}" y="${Number(y) + 4}" text-anchor="end">${Number(percent.toFixed(2))}</text>`;
  });
  const marks = evaluationTicks(evaluations).map((evaluation) => {
    const x = short(toX(evaluation));
    return `<path class="axis" d="M${x} ${inner.bottom}v4"/><text x="${x}" y="${inner.bottom + 17}" text-anchor="middle">${evaluation}</text>`;
  });
  const known = (values: readonly number[]) =>
    values.flatMap((percent, i) => (Number.isNaN(percent) ? [] : [{ percent, i }]));
  const bands = courses.map(({ low: lower, high: upper }, i) => {
    const forth = known(upper).map((one) => point(one.percent, one.i));
    const back = known(lower).map((one) => point(one.percent, one.i));
    return forth.length === 0
      ? ""
      : `<path class="band fill-${i}" d="M${[...forth, ...back.reverse()].join("L")}Z"/>`;
  });
  const lines = courses.map((course, i) => {
    const points = known(course.mean).map((one) => point(one.percent, one.i));
    return points.length === 0
      ? ""
      : `<path class="line line-${i}"${dash(i)} d="M${points.join("L")}"/>`;
  });
  const clip = `<clipPath id="${place.id}"><rect x="${inner.left}" y="${inner.top}" width="${inner.right - inner.left}" height="${inner.bottom - inner.top}"/></clipPath>`;
  return [
    `<text class="name" x="${inner.left}" y="${place.y + 14}">${escaped(target.name)}, validation top-1 in percent</text>`,
    ...horizontal,
    `<path class="axis" d="M${inner.left} ${inner.bottom}H${inner.right}"/>`,
    ...marks,
    `<text x="${short((inner.left + inner.right) / 2)}" y="${inner.bottom + 34}" text-anchor="middle">evaluations</text>`,
    clip,
    `<g clip-path="url(#${place.id})">`,
    ...bands.filter((one) => one !== ""),
    ...lines.filter((one) => one !== ""),
    "</g>",
  ].join("\n");
}

function courseOf({ records }: ArmSummary): Course {
  const evaluations = Math.max(0, ...records.map(({ course }) => course.length));
  const after = Array.from({ length: evaluations }, (_, i) =>
    records.map((record) => bestAfter(record, i + 1)).filter((percent) => !Number.isNaN(percent)),
  );
  return {
    mean: after.map(mean),
    low: after.map((percents) => quantile(percents, 0.25)),
    high: after.map((percents) => quantile(percents, 0.75)),
  };
}

/** From where the arms are after a tenth of the budget: the first jumps would flatten the rest. */
function verticalExtent(courses: readonly Course[], evaluations: number) {
  const from = Math.floor(evaluations / 10);
  const shown = courses
    .flatMap((course) => [...course.mean.slice(from), ...course.high.slice(from)])
    .filter((percent) => !Number.isNaN(percent));
  const bottom = shown.length === 0 ? 0 : Math.min(...shown);
  const top = shown.length === 0 ? 100 : Math.max(...shown);
  const span = Math.max(top - bottom, 0.5);
  const power = 10 ** Math.floor(Math.log10(span / 5));
  const step = ([1, 2, 5].find((factor) => factor * power >= span / 5) ?? 10) * power;
  const low = Math.max(0, Math.floor(bottom / step) * step);
  const high = Math.min(100, Math.ceil(top / step) * step);
  return { low, high: Math.max(high, low + step), step };
}

/** The first evaluation and round numbers after it. */
function evaluationTicks(evaluations: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, evaluations / 5)));
  const step = ([1, 2, 5].find((factor) => factor * power >= evaluations / 5) ?? 10) * power;
  const round = Array.from({ length: Math.floor(evaluations / step) }, (_, i) => (i + 1) * step);
  return [1, ...round.filter((evaluation) => evaluation > 1)];
}

function describe(summaries: readonly TargetSummary[]): string {
  const ends = summaries.flatMap(({ target, arms }) =>
    arms
      .filter(({ records }) => records.length > 0)
      .map(({ arm, validation }) => `${arm.label} on ${target.name} ${fixed(validation.mean)} %`),
  );
  return `Best validation top-1 so far against evaluations: means as lines, quartiles as bands. Means at the end: ${ends.join("; ")}.`;
}

function short(coordinate: number): string {
  return String(Number(coordinate.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
