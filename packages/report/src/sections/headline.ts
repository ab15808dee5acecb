import type { CostKind } from "@collm/search-space";
import {
  costWords,
  formatCost,
  formatCount,
  formatDuration,
  formatInstant,
  formatList,
  formatPercent,
  formatPlural,
  formatQuantity,
} from "../html/format.js";
import { type Html, type HtmlValue, html } from "../html/markup.js";
import type { SearchResult } from "../result/schema.js";
import type { ReportSource } from "./report-source.js";
import { limitOf, limitWords, statusWords, validationWords } from "./wording.js";

/** What was found, within which limit, with how many evaluations, in which time, and what to mind. */
export function headline({ view, result }: ReportSource): Html {
  return html`<header>
<p class="eyebrow">Subnet search <strong>${result.searchId}</strong> <span class="badge ${result.status}">${result.status}</span></p>
<h1>${unbroken(finding(result), "top-1")}</h1>
<p class="lead">${origin(result)} ${statusWords(result)}${
    result.status === "finished" ? ", after" : ". It has run for"
  } ${formatDuration(result.wallSeconds)}.</p>
${notices(result)}
<dl class="tiles">${tiles(result, view.state.testOpened !== undefined)}</dl>
<p class="muted">Started ${formatInstant(result.startedAt)}, last event ${formatInstant(result.lastEventAt)}.</p>
</header>`;
}

/** Keeps a hyphenated word on one line. */
function unbroken(text: string, word: string): readonly HtmlValue[] {
  return text
    .split(word)
    .map((part, i) => (i === 0 ? part : html`<span class="nowrap">${word}</span>${part}`));
}

/** The first line of the report, also its title. */
export function finding(result: SearchResult): string {
  const { best, evaluations, limits } = result;
  if (best) {
    return `${formatPercent(best.validation.top1Percent)} ${validationWords(result)} ${limitWords(limits)}`;
  }
  return evaluations.evaluated === 0
    ? "No subnet was evaluated yet"
    : `No evaluated subnet is ${limitWords(limits)}`;
}

function origin({ best, evaluations, supernet, perIteration, searcher }: SearchResult): string {
  const of = `${formatPlural(evaluations.evaluated, "evaluated subnet")} of ${supernet.name} (${supernet.family})`;
  return best
    ? `The most accurate of ${of}: candidate ${best.candidateId}, proposed in iteration ${best.iteration} of ${perIteration.length} by searcher ${searcher}.`
    : `${of}, ${formatPlural(perIteration.length, "iteration")} by searcher ${searcher}.`;
}

function notices(result: SearchResult): Html {
  const heuristics = Object.entries(result.roles)
    .filter(([, role]) => role.kind === "heuristic")
    .map(([name]) => name);
  const failures = result.degraded.length;
  return html`${
    result.supernet.isSynthetic &&
    html`<p class="notice warn"><strong>Synthetic accuracies.</strong> They come from a formula, not from images: they show how the search behaves and say nothing about networks.</p>`
  }${
    heuristics.length > 0 &&
    html`<p class="notice"><strong>Heuristic in place of a language model.</strong> The ${formatList(heuristics)} ${heuristics.length === 1 ? "was" : "were"} played by rules built into this software. Its strategies below are templates, not the words of a language model.</p>`
  }${
    failures > 0 &&
    html`<p class="notice warn"><strong>A role failed ${formatPlural(failures, "time")}</strong> and the search went on without it; see <a href="#strategies">the iterations</a>.</p>`
  }`;
}

function tiles(result: SearchResult, isTestOpened: boolean): Html {
  const { best, test, evaluations } = result;
  const kinds: readonly CostKind[] = ["officialFlops", "macs", "paramsCount"];
  const usages = Object.values(result.llm);
  const llmRequests = usages.reduce((sum, { requests }) => sum + requests, 0);
  const inputTokens = usages.reduce((sum, usage) => sum + usage.inputTokens, 0);
  const outputTokens = usages.reduce((sum, usage) => sum + usage.outputTokens, 0);
  return html`${tile(
    "Validation top-1",
    best ? formatPercent(best.validation.top1Percent) : "none",
    best &&
      `top-5 ${formatPercent(best.validation.top5Percent)}, ${formatCount(best.validation.images)} images`,
  )}${tile(
    "Test top-1",
    test ? formatPercent(test.top1Percent) : isTestOpened ? "opened" : "sealed",
    test
      ? `top-5 ${formatPercent(test.top5Percent)}, ${formatCount(test.images)} images`
      : isTestOpened
        ? "no result is in the journal"
        : "the test split was not opened",
  )}${
    best &&
    kinds.map((kind) => {
      const limit = limitOf(result.limits, kind);
      return tile(
        capitalised(costWords[kind].name),
        formatQuantity(best.cost[kind]),
        limit === undefined
          ? "not limited"
          : `${Math.round((100 * best.cost[kind]) / limit)}\u00a0% of the limit, ${formatCost(limit, kind)}`,
      );
    })
  }${tile(
    "Evaluations",
    formatCount(evaluations.evaluated),
    `of a budget of ${formatCount(evaluations.budget)}, ${formatCount(evaluations.fromStore)} from the store`,
  )}${tile(
    "Running time",
    formatDuration(result.wallSeconds),
    `evaluators ${formatDuration(result.evaluatorSeconds)}`,
  )}${tile(
    "Language models",
    llmRequests === 0 ? "none" : formatPlural(llmRequests, "request"),
    llmRequests === 0
      ? "no request was made"
      : `${formatQuantity(inputTokens)} input, ${formatQuantity(outputTokens)} output tokens`,
  )}`;
}

function tile(term: string, value: string, note: string | undefined): Html {
  return html`<div><dt>${term}</dt><dd>${value}${note && html`<small>${note}</small>`}</dd></div>`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
