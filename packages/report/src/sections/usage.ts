import { formatCount, formatDays, formatDuration } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import { formatMoney, ledgerTables } from "./ledger.js";
import type { ReportSource } from "./report-source.js";
import { roleKindWords } from "./wording.js";

/** What the search used: evaluations, time, and tokens by role. */
export function usageSection({ result }: ReportSource): Html {
  const { evaluations } = result;
  return html`<section id="usage" aria-labelledby="usage-heading">
<h2 id="usage-heading">Cost of the search</h2>
<div class="columns">
<table>
<caption>Evaluations</caption>
<tbody>
${row("evaluated", formatCount(evaluations.evaluated))}${row("of these from the store", formatCount(evaluations.fromStore))}${row("repeated after a failure or a death", formatCount(evaluations.repeated))}${row("failed", formatCount(evaluations.failed))}${row("budget", formatCount(evaluations.budget))}</tbody></table>
<table>
<caption>Time</caption>
<tbody>
${row("running time", formatDuration(result.wallSeconds))}${row("evaluators, sum over all", formatDuration(result.evaluatorSeconds))}${row(
  `the same on ${result.supernet.executionProvider}`,
  result.gpuDays === undefined
    ? formatDays(result.cpuDays ?? 0, "CPU")
    : formatDays(result.gpuDays, "GPU"),
)}${row("saved by the store", formatDuration(result.storedSeconds))}${row("language models", formatDuration(result.llmSeconds))}</tbody></table>
</div>
${rolesTable(result)}
${result.ledger && ledgerTables(result.ledger)}
</section>`;
}

function row(term: string, value: string): Html {
  return html`<tr><th scope="row">${term}</th><td class="number">${value}</td></tr>
`;
}

function rolesTable({ roles, llm, searcher }: ReportSource["result"]): Html {
  // A role may have been asked without being named at the start: its usage must not get lost.
  const names = [...new Set([...Object.keys(roles), ...Object.keys(llm)])];
  if (names.length === 0) {
    return html`<p>The searcher ${searcher} has no language-model roles.</p>`;
  }
  return html`<table class="roles">
<caption>Language-model usage by role</caption>
<thead><tr><td></td>${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>
<tr><th scope="row">played by</th>${names.map((name) => {
    const role = roles[name];
    return html`<td class="player">${role && html`${playersOf(role)} <span class="muted">${roleKindWords[role.kind]}</span>`}</td>`;
  })}</tr>
${measures.map(
  ({ term, of }) =>
    html`<tr><th scope="row">${term}</th>${names.map((name) => html`<td class="number">${of(llm[name] ?? noUsage)}</td>`)}</tr>
`,
)}</tbody></table>`;
}

/** Who played, one after the other; with the iterations where it changed while the search ran. */
function playersOf({ backend, changes }: ReportSource["result"]["roles"][string]): Html {
  const [first] = changes ?? [];
  if (first === undefined) return html`<code>${backend}</code>`;
  return html`<code>${first.from}</code>${(changes ?? []).map(
    ({ iteration, to }) =>
      html`${iteration === 1 ? "" : ` until iteration ${iteration - 1}`}, then <code>${to}</code>`,
  )}`;
}

const noUsage = {
  requests: 0,
  failed: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  seconds: 0,
} as const;

type Usage = Readonly<Record<keyof typeof noUsage, number>> & {
  readonly cost?: number | undefined;
};

const measures: readonly { readonly term: string; readonly of: (usage: Usage) => string }[] = [
  { term: "requests", of: ({ requests }) => formatCount(requests) },
  { term: "of these failed", of: ({ failed }) => formatCount(failed) },
  { term: "input tokens", of: ({ inputTokens }) => formatCount(inputTokens) },
  { term: "of these cached", of: ({ cachedInputTokens }) => formatCount(cachedInputTokens) },
  { term: "output tokens", of: ({ outputTokens }) => formatCount(outputTokens) },
  { term: "of these reasoning", of: ({ reasoningTokens }) => formatCount(reasoningTokens) },
  { term: "time", of: ({ seconds }) => formatDuration(seconds) },
  { term: "cost", of: ({ cost }) => (cost === undefined ? "–" : formatMoney(cost)) },
];
