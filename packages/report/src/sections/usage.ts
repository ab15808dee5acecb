import { formatCount, formatDays, formatDuration } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
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
  return html`<div class="scroll"><table>
<caption>Language-model usage by role</caption>
<thead><tr><th scope="col">role</th><th scope="col">played by</th><th scope="col" class="number">requests</th><th scope="col" class="number">of these failed</th><th scope="col" class="number">input tokens</th><th scope="col" class="number">of these cached</th><th scope="col" class="number">output tokens</th><th scope="col" class="number">of these reasoning</th><th scope="col" class="number">time</th></tr></thead>
<tbody>${names.map((name) => {
    const role = roles[name];
    const usage = llm[name];
    return html`<tr><th scope="row">${name}</th><td>${role && html`<code>${role.backend}</code> <span class="muted">${roleKindWords[role.kind]}</span>`}</td>${
      usage &&
      [
        usage.requests,
        usage.failed,
        usage.inputTokens,
        usage.cachedInputTokens,
        usage.outputTokens,
        usage.reasoningTokens,
      ].map((count) => html`<td class="number">${formatCount(count)}</td>`)
    }<td class="number">${formatDuration(usage?.seconds ?? 0)}</td></tr>
`;
  })}</tbody></table></div>`;
}
