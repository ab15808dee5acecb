import { archive, best, type EvaluatedCandidate, paretoFront } from "@collm/search";
import { shownCosts } from "../charts/cost-chart.js";
import { formatAlignedQuantity, formatCount, formatPercent } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import { unbroken } from "../html/unbroken.js";
import { type CostColumn, costColumns } from "./cost-columns.js";
import type { ReportSource } from "./report-source.js";
import { validationWords } from "./wording.js";

/** Lines that the box shows without being scrolled, and characters of an architecture on one; about. */
const linesInView = 20;
const lineLength = 42;

/** Rows that a browser sorts and scrolls at once; the journal has all. */
const maxRows = 1_000;

/** The evaluated candidates, most accurate first; the page's script makes the columns sortable. */
export function candidatesSection(source: ReportSource): Html {
  const { view, result } = source;
  const all = [...archive(view.state)].sort(
    (a, b) =>
      Number(b.isFeasible) - Number(a.isFeasible) ||
      b.status.result.top1Percent - a.status.result.top1Percent,
  );
  const trials = all.slice(0, maxRows);
  const winner = best(view.state);
  const main = shownCosts(result.limits)[0]?.kind ?? "macs";
  const costs = costColumns(source);
  const front = new Set(paretoFront(archive(view.state), (trial) => trial.cost[main]));
  const shown = costs.some(({ kind }) => kind === main) ? main : "macs";
  const lines = trials.reduce(
    (sum, { architecture }) => sum + Math.ceil(architecture.canonical.length / lineLength),
    0,
  );
  const columns: readonly Column[] = [
    { name: "rank", isNumber: true, isOptional: true },
    { name: "candidate", isNumber: true },
    { name: validationWords(result), isNumber: true },
    { name: "top-5", isNumber: true, isOptional: true },
    ...costs.map((cost) => ({ name: cost.name, isNumber: true, isOptional: cost.kind !== shown })),
    { name: "notes", isNumber: false, isOptional: true },
    { name: "architecture", isNumber: false },
  ];
  return html`<section id="candidates" aria-labelledby="candidates-heading">
<h2 id="candidates-heading">${candidatesHeading}</h2>
${
  trials.length === 0
    ? html`<p>None yet.</p>`
    : html`<div class="scroll tall" role="region" aria-labelledby="candidates-heading" tabindex="0"><table class="sortable">
<caption>${formatCount(all.length)} evaluated, most accurate first${all.length > maxRows && html`, the first ${formatCount(maxRows)}; the journal has all`}${trials[0]?.isFeasible && trials.some((trial) => !trial.isFeasible) && ", those over the limit last"}${lines > linesInView && html`<span class="screen-only">; scroll in the box for all</span>`}<span class="narrow-only">; wider screens show more columns</span><span class="print-only">; at most 40 are printed</span></caption>
<thead><tr>${columns.map(({ name, isNumber, isOptional }) => html`<th scope="col" class="${classes(isNumber, isOptional)}">${unbroken(name)}</th>`)}</tr></thead>
<tbody>${trials.map((trial, i) =>
        row(trial, i + 1, trial === winner, front.has(trial), columns, costs),
      )}</tbody></table></div>`
}
</section>`;
}

/** Also the section's name in the page's navigation. */
export const candidatesHeading = "Evaluated candidates";

interface Column {
  readonly name: string;
  readonly isNumber: boolean;
  /** Left out on narrow screens. */
  readonly isOptional?: boolean;
}

function classes(isNumber: boolean, isOptional = false): string {
  return [...(isNumber ? ["number"] : []), ...(isOptional ? ["optional"] : [])].join(" ");
}

function row(
  trial: EvaluatedCandidate,
  rank: number,
  isWinner: boolean,
  isOnFront: boolean,
  columns: readonly Column[],
  costs: readonly CostColumn[],
): Html {
  const { result, isStored } = trial.status;
  const [iteration = 0, place = 0] = trial.id.split(".").map(Number);
  const notes = [
    ...(isWinner ? ["winner"] : []),
    ...(isOnFront ? ["front"] : []),
    ...(trial.isFeasible ? [] : ["over limit"]),
    ...(isStored ? ["from store"] : []),
    ...(trial.repair ? ["repaired"] : []),
  ];
  const numbers: readonly (readonly [value: number, text: string])[] = [
    [rank, String(rank)],
    [iteration * 100_000 + place, trial.id],
    [result.top1Percent, formatPercent(result.top1Percent)],
    [
      result.top5Percent ?? 0,
      result.top5Percent === undefined ? "–" : formatPercent(result.top5Percent),
    ],
    ...costs.map(
      ({ kind }) => [trial.cost[kind], formatAlignedQuantity(trial.cost[kind])] as const,
    ),
  ];
  return html`<tr${isWinner && html` class="winner"`}>${numbers.map(([value, text], i) =>
    number(value, text, classes(true, columns[i]?.isOptional)),
  )}<td class="optional">${notes.join(", ")}</td><td class="architecture"><code>${breakable(trial.architecture.canonical)}</code></td></tr>
`;
}

/** A line may break after a block; copied text stays whole. */
function breakable(canonical: string): readonly Html[] {
  return canonical.split(/(?<=[/.])/).map((part, i) => html`${i > 0 && html`<wbr>`}${part}`);
}

/** A cell that is sorted by its exact value, not by its text. */
function number(value: number, text: string, names: string): Html {
  return html`<td class="${names}" data-value="${value}">${text}</td>`;
}
