import { type Html, html } from "../html/markup.js";
import { commands } from "./commands.js";
import type { ReportSource } from "./report-source.js";

/** Everything that determines the search, and the commands that go on from it. */
export function reproductionSection(source: ReportSource): Html {
  const { view, result } = source;
  const facts: readonly (readonly [string, string])[] = [
    ["seed", String(result.seed)],
    ...(result.repeatedBy === "journal"
      ? [
          [
            "staleness",
            `${result.staleness}: results came in while later rounds were proposed, so that only a replay of the journal gives this search again`,
          ] as const,
        ]
      : []),
    ...(result.forkedFrom
      ? [["forked from", `${result.forkedFrom.searchId}, event ${result.forkedFrom.seq}`] as const]
      : []),
    ["searcher", `${result.searcher}, preset ${result.preset}`],
    ["supernet", `${result.supernet.name} (${result.supernet.family})`],
    ["supernet digest", result.digests.supernet],
    ["evaluation context digest", result.digests.context],
    ["validation images", String(result.supernet.validationImages)],
    ["runtime", `${result.supernet.runtimeVersion}, ${result.supernet.executionProvider}`],
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
${commands(source).map(
  ({ purpose, line }) => html`<p>${purpose}</p>
<pre class="wrap"><code>${wholeFlags(line)}</code></pre>
`,
)}
<details><summary>Resolved configuration</summary>
<pre><code>${JSON.stringify(view.started.config, null, 2)}</code></pre></details>
</section>`;
}

/** A long command, of which no line ends inside a flag. */
function wholeFlags(line: string): readonly Html[] {
  return line
    .split(/ (?=--)/)
    .map((part, i) => html`${i > 0 && " "}<span class="flag">${part}</span>`);
}
