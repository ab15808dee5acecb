import { archive, best, type EvaluatedCandidate, paretoFront } from "@collm/search";
import { shownCosts } from "../charts/cost-chart.js";
import { costWords, formatAlignedQuantity, formatCount, formatPercent } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import type { ReportSource } from "./report-source.js";
import { validationWords } from "./wording.js";

/** All evaluated candidates, most accurate first; the page's script makes the columns sortable. */
export function candidatesSection({ view, result }: ReportSource): Html {
  const trials = [...archive(view.state)].sort(
    (a, b) =>
      Number(b.isFeasible) - Number(a.isFeasible) ||
      b.status.result.top1Percent - a.status.result.top1Percent,
  );
  const winner = best(view.state);
  const kind = shownCosts(result.limits)[0]?.kind ?? "macs";
  const front = new Set(paretoFront(archive(view.state), (trial) => trial.cost[kind]));
  const columns = [
    { name: "rank", isNumber: true },
    { name: "candidate", isNumber: true },
    { name: validationWords(result), isNumber: true },
    { name: "top-5", isNumber: true },
    { name: costWords.officialFlops.name, isNumber: true },
    { name: costWords.macs.name, isNumber: true },
    { name: costWords.paramsCount.name, isNumber: true },
    { name: "notes", isNumber: false },
    { name: "architecture", isNumber: false },
  ];
  return html`<section id="candidates" aria-labelledby="candidates-heading">
<h2 id="candidates-heading">Evaluated candidates</h2>
${
  trials.length === 0
    ? html`<p>None yet.</p>`
    : html`<div class="scroll tall" role="region" aria-labelledby="candidates-heading" tabindex="0"><table class="sortable">
<caption>${formatCount(trials.length)} evaluated, most accurate first${trials.some((trial) => !trial.isFeasible) && ", those over the limit last"}<span class="print-only">; at most 40 are printed</span></caption>
<thead><tr>${columns.map(({ name, isNumber }) => html`<th scope="col"${isNumber && html` class="number"`}>${name}</th>`)}</tr></thead>
<tbody>${trials.map((trial, i) => row(trial, i + 1, trial === winner, front.has(trial)))}</tbody></table></div>`
}
</section>`;
}

function row(trial: EvaluatedCandidate, rank: number, isWinner: boolean, isOnFront: boolean): Html {
  const { result, isStored } = trial.status;
  const [iteration = 0, place = 0] = trial.id.split(".").map(Number);
  const notes = [
    ...(isWinner ? ["winner"] : []),
    ...(isOnFront ? ["front"] : []),
    ...(trial.isFeasible ? [] : ["over limit"]),
    ...(isStored ? ["from store"] : []),
  ];
  return html`<tr${isWinner && html` class="winner"`}>${number(rank, String(rank))}${number(
    iteration * 100_000 + place,
    trial.id,
  )}${number(result.top1Percent, formatPercent(result.top1Percent))}${number(
    result.top5Percent,
    formatPercent(result.top5Percent),
  )}${number(trial.cost.officialFlops, formatAlignedQuantity(trial.cost.officialFlops))}${number(
    trial.cost.macs,
    formatAlignedQuantity(trial.cost.macs),
  )}${number(trial.cost.paramsCount, formatAlignedQuantity(trial.cost.paramsCount))}<td>${notes.join(", ")}</td><td><code>${trial.architecture.canonical}</code></td></tr>
`;
}

/** A cell that is sorted by its exact value, not by its text. */
function number(value: number, text: string): Html {
  return html`<td class="number" data-value="${value}">${text}</td>`;
}
