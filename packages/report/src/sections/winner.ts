import { best } from "@collm/search";
import type { Notation } from "@collm/search-space";
import { formatCount, formatPercent } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import { costColumns } from "./cost-columns.js";
import { geneTables } from "./gene-table.js";
import type { ReportSource } from "./report-source.js";
import { validationWords } from "./wording.js";

/** The best subnet: identity, notation, accuracy, exact cost and choices. */
export function winnerSection(source: ReportSource): Html {
  const { view, result } = source;
  const winner = best(view.state);
  return html`<section id="winner" aria-labelledby="winner-heading">
<h2 id="winner-heading">Winner</h2>
${
  winner && result.best
    ? html`<p>Candidate ${winner.id}, proposed in iteration ${winner.iteration} by <em>${winner.origin}</em>. Its canonical string is its identity in the search space:</p>
<pre class="wrap"><code>${winner.architecture.canonical}</code></pre>
<div class="columns">
<div>${accuracyTable(result, view.state.testOpened !== undefined)}${costTable(source)}</div>
<div>${geneTables(view.space, winner.architecture)}</div>
</div>
<h3>Notation</h3>
<p class="muted">As the original project writes it; this is the content of <code>best/architecture.json</code>.</p>
<pre class="wrap"><code>${notationLines(result.best.notation)}</code></pre>`
    : html`<p>Nothing within the limits was evaluated, so there is no winner.</p>`
}
</section>`;
}

function accuracyTable(result: ReportSource["result"], isTestOpened: boolean): Html {
  const { best: entry, test } = result;
  const row = (split: string, accuracy: NonNullable<typeof entry>["validation"]): Html =>
    html`<tr><th scope="row">${split}</th><td class="number">${formatPercent(accuracy.top1Percent)}</td><td class="number">${accuracy.top5Percent === undefined ? "–" : formatPercent(accuracy.top5Percent)}</td><td class="number">${formatCount(accuracy.images)}</td></tr>
`;
  return html`<table>
<caption>Accuracy</caption>
<thead><tr><th scope="col">split</th><th scope="col" class="number">top-1</th><th scope="col" class="number">top-5</th><th scope="col" class="number">images</th></tr></thead>
<tbody>${entry && row(validationWords(result).replace(" top-1", ""), entry.validation)}${
    test
      ? row("test", test)
      : html`<tr><th scope="row">test</th><td colspan="3">${isTestOpened ? "opened, no result yet" : "sealed, not opened"}</td></tr>`
  }</tbody></table>
${
  test &&
  test.canonical !== entry?.canonical &&
  html`<p class="notice warn">The test split was opened for another architecture: <code>${test.canonical}</code>.</p>`
}`;
}

function costTable(source: ReportSource): Html {
  const { best: entry } = source.result;
  return html`<table>
<caption>Exact cost</caption>
<thead><tr><th scope="col">cost</th><th scope="col" class="number">of the winner</th><th scope="col" class="number">limit</th></tr></thead>
<tbody>${
    entry &&
    costColumns(source).map(
      ({ kind, name, limit }) =>
        html`<tr><th scope="row">${name}</th><td class="number">${formatCount(entry.cost[kind])}</td><td class="number">${limit === undefined ? "–" : formatCount(limit)}</td></tr>
`,
    )
  }</tbody></table>`;
}

/** JSON with one line per key: lists of genes stay on a line each. */
function notationLines(notation: Notation): string {
  if (typeof notation === "string" || Array.isArray(notation)) return JSON.stringify(notation);
  const lines = Object.entries(notation).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value).replaceAll(",", ", ")}`,
  );
  return `{\n${lines.join(",\n")}\n}`;
}
