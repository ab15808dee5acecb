import { type Html, html } from "../html/markup.js";
import type { ReportSource } from "./report-source.js";

/** Everything that determines the search, and the commands that go on from it. */
export function reproductionSection({ view, result, options }: ReportSource): Html {
  const facts: readonly (readonly [string, string])[] = [
    ["seed", String(result.seed)],
    ...(result.forkedFrom
      ? [["forked from", `${result.forkedFrom.searchId}, event ${result.forkedFrom.seq}`] as const]
      : []),
    ["searcher", `${result.searcher}, preset ${result.preset}`],
    ["supernet", `${result.supernet.name} (${result.supernet.family})`],
    ["supernet digest", result.digests.supernet],
    ["evaluation context digest", result.digests.context],
    ["validation images", String(result.supernet.validationImages)],
    [
      "runtime",
      `ONNX Runtime ${result.supernet.runtimeVersion}, ${result.supernet.executionProvider}`,
    ],
    ...Object.entries(result.versions),
  ];
  return html`<section id="reproduction" aria-labelledby="reproduction-heading">
<h2 id="reproduction-heading">Reproduction</h2>
<div class="scroll"><table>
<caption>What the results depend on</caption>
<tbody>${facts.map(
    ([term, value]) =>
      html`<tr><th scope="row">${term}</th><td><code>${value}</code></td></tr>
`,
  )}</tbody></table></div>
<h3>Commands</h3>
${commands(result, options).map(
  ({ purpose, line }) => html`<p>${purpose}</p>
<pre class="wrap"><code>${line}</code></pre>
`,
)}
<details><summary>Resolved configuration</summary>
<pre><code>${JSON.stringify(view.started.config, null, 2)}</code></pre></details>
</section>`;
}

function commands(
  { status, best }: ReportSource["result"],
  { runDirectory, supernetManifest }: ReportSource["options"],
): readonly { readonly purpose: string; readonly line: string }[] {
  const run = shellWord(runDirectory);
  const architecture = shellWord(`${runDirectory}/best/architecture.json`);
  const collm = "pnpm --silent collm";
  return [
    ...(status === "finished"
      ? []
      : [{ purpose: "Go on with the search from its journal:", line: `${collm} resume ${run}` }]),
    ...(best
      ? [
          {
            purpose: "Evaluate the winner again:",
            line: `${collm} subnet evaluate --supernet ${shellWord(supernetManifest)} --architecture ${architecture}`,
          },
        ]
      : []),
    { purpose: "Write this report again from the journal:", line: `${collm} report ${run}` },
  ];
}

/** Quotes a word for a POSIX shell where it needs quotes. */
function shellWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
