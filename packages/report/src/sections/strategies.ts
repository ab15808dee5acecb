import {
  type Candidate,
  evaluatedOf,
  funnelOf,
  type IterationRecord,
  strategyHeadline,
} from "@collm/search";
import { formatCount, formatPercent, formatPlural } from "../html/format.js";
import { markdown } from "../html/markdown.js";
import { type Html, html } from "../html/markup.js";
import { unbroken } from "../html/unbroken.js";
import type { JournalView } from "../journal-view.js";
import type { SearchResult } from "../result/schema.js";
import type { ReportSource } from "./report-source.js";

/** Iterations at the end that are listed whatever they found. */
const maxListed = 500;

/** The iterations in order, each with strategy, what it led to, and what went wrong. */
export function strategiesSection({ view, result }: ReportSource): Html {
  const { iterations } = view.state;
  const hasStrategies = areStrategiesShown(view);
  return html`<section id="strategies" aria-labelledby="strategies-heading">
<h2 id="strategies-heading">${strategiesHeading(view)}</h2>
${
  iterations.length === 0
    ? html`<p>No iteration has begun.</p>`
    : html`<p class="muted">Each line: iteration, ${hasStrategies ? "what its strategy asks for" : "origin of the candidates"}, best ${unbroken("validation top-1")} of the iteration. Open one for ${hasStrategies ? "the whole text and " : ""}the counts.</p>
${
  iterations.length > maxListed &&
  html`<p class="muted">Of ${formatCount(iterations.length)} iterations the last ${formatCount(maxListed)} are listed, and before them those with a new best; the journal has all.</p>`
}
<div class="iterations">${iterations.map(
        (record, i) =>
          (i >= iterations.length - maxListed || isNewBest(result, i)) &&
          iteration(record, result, i),
      )}</div>`
}
</section>`;
}

/** Heading of the section, also its name in the page's navigation. */
export function strategiesHeading(view: JournalView): string {
  return areStrategiesShown(view) ? "Strategies" : "Iterations";
}

function areStrategiesShown({ state }: JournalView): boolean {
  return state.iterations.some((record) => record.strategy !== undefined);
}

/** Rendered for reading, and verbatim for whoever wants to know what the Generator was given. */
function strategyText(strategy: string): Html {
  return html`<div class="prose" dir="auto">${markdown(strategy, (language) =>
    language === "directives" ? "Directives" : undefined,
  )}</div>
<details class="verbatim"><summary>The text as it was written</summary>
<pre class="wrap" dir="auto">${strategy}</pre></details>`;
}

function isNewBest({ perIteration }: SearchResult, position: number): boolean {
  const bestTop1 = perIteration[position]?.validation.bestTop1Percent;
  const before = perIteration[position - 1]?.validation.bestSoFarTop1Percent;
  return bestTop1 !== undefined && bestTop1 > (before ?? -1);
}

function iteration(record: IterationRecord, result: SearchResult, position: number): Html {
  const entry = result.perIteration[position]?.validation;
  const bestTop1 = entry?.bestTop1Percent;
  return html`<details class="iteration">
<summary><span class="index">${record.index}</span><span class="first-line" dir="auto">${firstLine(record)}</span><span class="outcome">${isNewBest(result, position) && html`<span class="badge best">new best</span> `}${bestTop1 === undefined ? "–" : formatPercent(bestTop1)}</span></summary>
<div class="body">
${record.strategy !== undefined && strategyText(record.strategy)}
${failures(record.index, result)}
<p>${outcome(record)}${
    entry?.bestSoFarTop1Percent !== undefined &&
    ` Best so far: ${formatPercent(entry.bestSoFarTop1Percent)}.`
  }</p>
</div>
</details>
`;
}

function firstLine(record: IterationRecord): string {
  const line = strategyHeadline(record.strategy ?? "");
  if (line !== "") return line;
  const origin = record.candidates?.[0]?.origin;
  if (record.degraded.some(({ role }) => role === "navigator")) return "The navigator failed";
  return origin === undefined ? "No candidates yet" : `Candidates by ${origin}`;
}

function failures(index: number, result: SearchResult): readonly Html[] {
  return result.degraded
    .filter((entry) => entry.iteration === index)
    .map(
      ({ role, reason, fallback }) =>
        html`<p class="notice warn"><strong>The ${role} failed:</strong> ${reason}. Instead: ${fallback}.</p>
`,
    );
}

function outcome(record: IterationRecord): string {
  const candidates = record.candidates ?? [];
  if (candidates.length === 0) return "It led to no candidates.";
  const { proposed, evaluated } = funnelOf(candidates);
  const dropped = [...tally(candidates.map(fate))].map(
    ([name, count]) => `${formatCount(count)} ${name}`,
  );
  const leader = evaluatedOf([record])
    .filter((trial) => trial.isFeasible)
    .sort((a, b) => b.status.result.top1Percent - a.status.result.top1Percent)[0];
  return [
    `${formatPlural(proposed, "candidate")} proposed by ${candidates[0]?.origin}, ${formatCount(evaluated)} evaluated${dropped.length > 0 ? `; ${dropped.join(", ")}` : ""}.`,
    leader
      ? ` Best of the iteration: ${formatPercent(leader.status.result.top1Percent)} (candidate ${leader.id}).`
      : "",
  ].join("");
}

/** What became of a candidate that was not evaluated. */
function fate({ status }: Candidate): string | undefined {
  switch (status.kind) {
    case "rejected":
      return status.reason;
    case "failed":
      return "failed";
    case "requested":
      return "being evaluated";
    case "proposed":
      return "not screened yet";
    case "evaluated":
      return undefined;
  }
}

function tally(names: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) {
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
