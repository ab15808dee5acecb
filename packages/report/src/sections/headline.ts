import {
  formatCount,
  formatDuration,
  formatInstant,
  formatList,
  formatPercent,
  formatPlural,
  formatQuantity,
  formatShareOfLimit,
} from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import { unbroken } from "../html/unbroken.js";
import type { JournalView } from "../journal-view.js";
import type { SearchResult } from "../result/schema.js";
import { costColumns } from "./cost-columns.js";
import type { ReportSource } from "./report-source.js";
import { limitWords, statusWords, validationWords } from "./wording.js";

/** What was found, within which limit, with how many evaluations, in which time, and what to mind. */
export function headline(source: ReportSource): Html {
  const { view, result } = source;
  return html`<header>
<p class="eyebrow">Subnet search <strong>${result.searchId}</strong> <span class="badge ${result.status}">${badge(result)}</span></p>
<h1>${unbroken(finding(result))}</h1>
<p class="lead">${origin(result)} ${statusWords(result)}${
    result.status === "finished" ? ", after" : ". It has run for"
  } ${formatDuration(result.wallSeconds)}.</p>
${notices(result)}
<dl class="tiles">${tiles(source)}</dl>
<p class="muted">Started ${instant(result.startedAt)}, last event ${instant(result.lastEventAt)}.${notCounted(view)}</p>
</header>`;
}

/** A journal without an end says nothing about whether its search lives. */
function badge({ status, lastEventAt }: SearchResult): string {
  return status === "running" ? `not finished, last event ${formatInstant(lastEventAt)}` : status;
}

function instant(iso: string): Html {
  return html`<time class="nowrap" datetime="${iso}">${formatInstant(iso)}</time>`;
}

/** Why the running time is not the time between the first and the last event. */
function notCounted({ events, state }: JournalView): string {
  const left = [
    ...(events.some(({ type }) => type === "SearchResumed") ? ["the pauses before a resume"] : []),
    ...(state.testOpened ? ["the test, which came after the search"] : []),
  ];
  return left.length > 0 ? ` The running time does not hold ${left.join(" and ")}.` : "";
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
  const failures = result.degraded.length;
  return html`${
    result.supernet.isSynthetic &&
    html`<p class="notice warn"><strong>Synthetic accuracies.</strong> They come from a formula, not from images: they show how the search behaves and say nothing about networks.</p>`
  }${heuristicNotice(result)}${
    failures > 0 &&
    html`<p class="notice warn"><strong>A role failed ${formatPlural(failures, "time")}</strong> and something stood in for it; see <a href="#strategies">the iterations</a>.</p>`
  }`;
}

/** Rules in place of a language model, for the whole search or for a part of it. */
function heuristicNotice({ roles }: SearchResult): Html | false {
  const rolesOf = (isWhole: boolean): readonly string[] =>
    Object.entries(roles)
      .filter(([, { kind, backend }]) =>
        isWhole
          ? kind === "heuristic"
          : kind === "mixed" && backend.split(", then ").includes("heuristic"),
      )
      .map(([name]) => name);
  const whole = rolesOf(true);
  const part = rolesOf(false);
  if (whole.length + part.length === 0) return false;
  const played = (names: readonly string[]): string =>
    `The ${formatList(names)} ${names.length === 1 ? "was" : "were"} played by rules built into this software`;
  return html`<p class="notice"><strong>Heuristic in place of a language model.</strong>${
    whole.length > 0 && ` ${played(whole)}.`
  }${part.length > 0 && ` ${played(part)} for a part of the search.`}${
    whole.includes("navigator")
      ? " The strategies below are templates, not the words of a language model."
      : part.includes("navigator") &&
        " The strategies of that part are templates, not the words of a language model."
  }</p>`;
}

function tiles(source: ReportSource): Html {
  const { view, result } = source;
  const { best, test, evaluations } = result;
  const isTestOpened = view.state.testOpened !== undefined;
  const usages = Object.values(result.llm);
  const llmRequests = usages.reduce((sum, { requests }) => sum + requests, 0);
  const inputTokens = usages.reduce((sum, usage) => sum + usage.inputTokens, 0);
  const outputTokens = usages.reduce((sum, usage) => sum + usage.outputTokens, 0);
  return html`${tile(
    "Validation top-1",
    best ? formatPercent(best.validation.top1Percent) : "none",
    best && besideTop1(best.validation),
  )}${tile(
    "Test top-1",
    test ? formatPercent(test.top1Percent) : isTestOpened ? "opened" : "sealed",
    test
      ? besideTop1(test)
      : isTestOpened
        ? "no result is in the journal"
        : "the test split was not opened",
  )}${
    best &&
    costColumns(source).map(({ kind, name, limit }) =>
      tile(
        capitalised(name),
        formatQuantity(best.cost[kind]),
        limit === undefined
          ? "not limited"
          : `${formatShareOfLimit(best.cost[kind], limit)} of the limit, ${formatQuantity(limit)}`,
      ),
    )
  }${tile(
    "Evaluations",
    formatCount(evaluations.evaluated),
    `of a budget of ${formatCount(evaluations.budget)}, ${formatCount(evaluations.fromStore)} from the store`,
  )}${tile(
    "Running time",
    formatDuration(result.wallSeconds),
    `${isTestOpened ? "without the test; " : ""}evaluators ${formatDuration(result.evaluatorSeconds)}`,
  )}${tile(
    "Language models",
    llmRequests === 0 ? "none" : formatPlural(llmRequests, "request"),
    llmRequests === 0
      ? "no request was made"
      : `${formatQuantity(inputTokens)} input, ${formatQuantity(outputTokens)} output tokens`,
  )}`;
}

function tile(term: string, value: string, note: string | undefined): Html {
  return html`<div><dt>${unbroken(term)}</dt><dd>${value}${note && html`<small>${unbroken(note)}</small>`}</dd></div>`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function besideTop1({
  top5Percent,
  images,
}: {
  readonly top5Percent?: number | undefined;
  readonly images: number;
}): string {
  const top5 = top5Percent === undefined ? "" : `top-5 ${formatPercent(top5Percent)}, `;
  return `${top5}${formatCount(images)} images`;
}
