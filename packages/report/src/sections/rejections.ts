import type { Candidate, RejectionReason } from "@collm/search";
import { formatCount, formatPlural } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import type { ReportSource } from "./report-source.js";

/** Rejected candidates listed in the page; the journal has all of them. */
const maxListed = 200;

/** Characters of a proposed text that are shown; an unparsable answer can be long. */
const maxTextLength = 400;

const meanings = {
  unparsable: "no architecture could be read from the text",
  illegal: "outside the search space",
  duplicate: "proposed before",
  isomorphic: "the same graph as one proposed before",
  "over-limit": "costs more than a limit allows",
  surplus: "proposed when the budget was spent",
} as const satisfies Record<RejectionReason, string>;

/** How many candidates were rejected and why, then each with what it was. */
export function rejectionsSection({ view, result }: ReportSource): Html {
  const rejected = view.state.iterations
    .flatMap((record) => record.candidates ?? [])
    .filter(({ status }) => status.kind === "rejected" || status.kind === "failed");
  return html`<section id="rejections" aria-labelledby="rejections-heading">
<h2 id="rejections-heading">Not evaluated</h2>
<table>
<caption>Candidates that were rejected or failed, by reason</caption>
<thead><tr><th scope="col">reason</th><th scope="col" class="number">candidates</th><th scope="col">meaning</th></tr></thead>
<tbody>${Object.entries(meanings).map(([reason, meaning]) =>
    countRow(reason, result.rejections[reason as RejectionReason], meaning),
  )}${countRow("failed", result.evaluations.failed, "the evaluation was given up")}</tbody></table>
${
  rejected.length > 0 &&
  html`<details><summary>${formatPlural(rejected.length, "candidate")} with reasons</summary>
<div class="scroll"><table>
<caption>Rejected and failed candidates in proposal order${rejected.length > maxListed && `, the first ${maxListed}; the journal has all`}</caption>
<thead><tr><th scope="col">candidate</th><th scope="col">reason</th><th scope="col">detail</th><th scope="col">proposed</th></tr></thead>
<tbody>${rejected.slice(0, maxListed).map(rejectedRow)}</tbody></table></div></details>`
}
</section>`;
}

function countRow(reason: string, count: number, meaning: string): Html {
  return html`<tr><th scope="row">${reason}</th><td class="number">${formatCount(count)}</td><td>${meaning}</td></tr>
`;
}

function rejectedRow(candidate: Candidate): Html {
  const { status } = candidate;
  const reason = status.kind === "rejected" ? status.reason : status.kind;
  const detail =
    status.kind === "rejected" ? status.detail : status.kind === "failed" ? status.message : "";
  return html`<tr><td>${candidate.id}</td><td>${reason}</td><td dir="auto">${shortened(detail)}</td><td dir="auto"><code>${shortened(proposedText(candidate))}</code></td></tr>
`;
}

function proposedText({ architecture, repair, text, notation }: Candidate): string {
  return (repair ? text : architecture?.canonical) ?? text ?? JSON.stringify(notation) ?? "";
}

function shortened(text: string): string {
  return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength)} …`;
}
