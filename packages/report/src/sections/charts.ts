import { archive, best } from "@collm/search";
import { costChart, isLimitDrawn, type ShownCost, shownCosts } from "../charts/cost-chart.js";
import { funnelChart } from "../charts/funnel-chart.js";
import { rampStep, rampSteps } from "../charts/palette.js";
import { progressChart, visibleTarget } from "../charts/progress-chart.js";
import { type Chart, drawChart } from "../charts/svg.js";
import { costWords, formatCost, formatCount, formatList, formatPercent } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import type { ReportSource } from "./report-source.js";

/** Progress, cost and funnel; what has no points yet is said in words. */
export function chartsSection(source: ReportSource): Html {
  const { view, result } = source;
  const hasTrials = archive(view.state).length > 0;
  return html`<section id="progress" aria-labelledby="progress-heading">
<h2 id="progress-heading">Progress</h2>
${
  hasTrials
    ? html`${figure(progressChart(view), html`${trialLegend(source, best(view.state) ? [{ mark: "best", text: "best so far" }] : [])}${targetNote(source)}`)}${shownCosts(
        result.limits,
      ).map((shown) =>
        figure(
          costChart(view, shown),
          html`${trialLegend(source, [{ mark: "front", text: "Pareto front" }])}${limitNote(source, shown)}`,
        ),
      )}`
    : html`<p>No evaluation is in the journal yet, so there is nothing to plot.</p>`
}
${
  result.funnel.proposed > 0 &&
  figure(
    funnelChart(result.funnel),
    html`<p class="muted">Parsed: an architecture could be read. Legal: inside the search space. Novel: never proposed before. Feasible: legal, novel and within the limits; over-limit candidates are ${
      view.started.config.overLimit === "reject" ? "not evaluated" : "evaluated, but cannot win"
    } in this search. Shares are of the ${formatCount(result.funnel.proposed)} proposed.${
      result.repaired > 0 &&
      html` Repaired, i.e. changed to the nearest architecture that is ${
        view.started.config.repair === "limits" ? "legal and within the limits" : "legal"
      }: ${formatCount(result.repaired)}.`
    }</p>`,
  )
}
</section>`;
}

function figure(chart: Chart, legend: Html): Html {
  return html`<figure>
<figcaption><h3>${chart.title}</h3></figcaption>
${drawChart(chart)}
<div class="legend">${legend}</div>
</figure>
`;
}

interface LegendLine {
  readonly mark: "best" | "front";
  readonly text: string;
}

function trialLegend({ view }: ReportSource, lines: readonly LegendLine[]): Html {
  const { iterations } = view.state;
  const steps = new Set(
    archive(view.state)
      .filter((trial) => trial.isFeasible)
      .map((trial) => rampStep(trial.iteration, iterations.length)),
  );
  const isOverLimitShown = archive(view.state).some((trial) => !trial.isFeasible);
  const ramp = Array.from(
    { length: rampSteps },
    (_, step) =>
      steps.has(step) && html`<i class="dot" style="background:var(--ramp-${step})"></i>`,
  );
  const shown = new Set(
    archive(view.state)
      .filter((trial) => trial.isFeasible)
      .map((trial) => trial.iteration),
  );
  const span = iterations.length > 1 ? `, ${iterationSpan([...shown])}` : "";
  return html`<ul>
${steps.size > 0 && html`<li><span class="ramp" aria-hidden="true">${ramp}</span> evaluated subnets${span}</li>`}
${isOverLimitShown && html`<li><i class="dot hollow" aria-hidden="true"></i> over the limit</li>`}
${lines.map(({ mark, text }) => html`<li><i class="line ${mark}" aria-hidden="true"></i> ${text}</li>`)}
${best(view.state) && html`<li><i class="dot ring" aria-hidden="true"></i> winner</li>`}
</ul>`;
}

/** The iterations that have points, e.g. `iterations 1 to 3 and 5`. */
export function iterationSpan(indices: readonly number[]): string {
  const spans: [first: number, last: number][] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const open = spans.at(-1);
    if (open && index === open[1] + 1) open[1] = index;
    else spans.push([index, index]);
  }
  const words = spans.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
  return `iteration${indices.length === 1 ? "" : "s"} ${formatList(words)}`;
}

/** The limit in words where the chart has no line for it. */
function limitNote({ view }: ReportSource, shown: ShownCost): Html | false {
  if (isLimitDrawn(archive(view.state), shown)) return false;
  return shown.limit === undefined
    ? html`<p class="muted">No limit was set on ${costWords[shown.kind].name}.</p>`
    : html`<p class="muted">The limit of ${formatCost(shown.limit, shown.kind)} is beyond the chart.</p>`;
}

/** The target in words where the chart has no line for it. */
function targetNote({ view, result }: ReportSource): Html | false {
  const target = result.target?.validation.top1Percent;
  if (target === undefined) return false;
  const accuracies = archive(view.state).map((trial) => trial.status.result.top1Percent);
  return (
    visibleTarget(target, accuracies) === undefined &&
    html`<p class="muted">The target of ${formatPercent(target)} is above the chart.</p>`
  );
}
