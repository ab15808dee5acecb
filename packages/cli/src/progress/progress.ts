import { formatQuantity } from "@collm/config";
import {
  applyEvent,
  best,
  budgetSpent,
  emptyState,
  evaluatedCount,
  forecastSpending,
  funnelOf,
  isClosed,
  rolesOf,
  type SearchEvent,
  type SearchState,
  strategyHeadline,
} from "@collm/search";
import type { OnRoleText } from "../coordinator-client.js";
import type { Output } from "../output.js";
import { fitLine, oneLine } from "./fit-line.js";
import { createRoleWords } from "./role-words.js";
import { WritingLine } from "./writing-line.js";

/** Shows a search while it runs. */
export interface Progress {
  show(event: SearchEvent): void;
  /** What language models are writing; absent where it is not shown. */
  readonly showText?: OnRoleText | undefined;
  /** A notice that must not be overwritten by the live lines. */
  notice(line: string): void;
  /** Takes the live lines away for good; notices may still follow. */
  end(): void;
}

/**
 * Live lines on a terminal, one line per iteration otherwise.
 *
 * @param from where the search is before the first event that is shown; default before its start.
 */
export function createProgress(
  output: Output,
  now: () => number,
  from: SearchState = emptyState,
): Progress {
  return output.isTerminal ? new LiveProgress(output, now, from) : new PlainProgress(output, from);
}

/** `85.31 % (candidate 3.7)` or `none yet`. */
function bestText(state: SearchState): string {
  const winner = best(state);
  return winner
    ? `${winner.status.result.top1Percent.toFixed(2)} % (candidate ${winner.id})`
    : "none yet";
}

/** What language models used so far, of what, and what it will come to; nothing without requests. */
function llmLines(state: SearchState): string[] {
  const { total } = state.llm;
  const { maxLlmTokens, maxLlmCost } = state.started?.config ?? {};
  if (total.requests === 0) return [];
  const forecast = forecastSpending(state);
  const of = (limit: number | undefined, format: (value: number) => string): string =>
    limit === undefined ? "" : `/${format(limit)}`;
  const isPriced = total.unpricedRequests < total.requests;
  const money = (amount: number): string => amount.toFixed(amount < 1 ? 4 : 2);
  const cost = isPriced ? `, cost ${money(total.cost)}${of(maxLlmCost, money)}` : "";
  const ahead = forecast
    ? `, forecast ${formatQuantity(forecast.tokens)} tokens${isPriced ? `, ${money(forecast.cost)}` : ""}`
    : "";
  return [
    `models    ${total.requests} request${total.requests === 1 ? "" : "s"}, ${formatQuantity(total.tokens)}${of(maxLlmTokens, formatQuantity)} tokens${cost}${ahead}`,
  ];
}

class PlainProgress implements Progress {
  readonly #output: Output;
  readonly #roleWords = createRoleWords();
  #state: SearchState;
  /** Iterations that have their line, or were over before the first event that was shown. */
  #reported: number;

  constructor(output: Output, from: SearchState) {
    this.#output = output;
    this.#state = from;
    const { last, length } = from.iterations;
    this.#reported = last && isClosed(last) ? length : Math.max(0, length - 1);
  }

  show(event: SearchEvent): void {
    this.#state = applyEvent(this.#state, event);
    for (const line of this.#roleWords(event)) this.notice(line);
    for (const record of this.#state.iterations.slice(this.#reported)) {
      if (!isClosed(record)) break;
      this.#reported = record.index;
      const { proposed, evaluated } = funnelOf(record.candidates ?? []);
      const budget = this.#state.started?.config.budget;
      const strategy = record.strategy ? `, strategy: ${strategyHeadline(record.strategy)}` : "";
      this.notice(
        `iteration ${record.index}: ${evaluated} of ${proposed} proposed evaluated, ` +
          `${budgetSpent(this.#state)}/${budget} spent, best ${bestText(this.#state)}${strategy}`,
      );
    }
  }

  notice(line: string): void {
    this.#output.say(oneLine(line));
  }

  end(): void {}
}

/** Lines that are redrawn: where the search is, the best so far, the strategy in force, and what is being written. */
class LiveProgress implements Progress {
  readonly #output: Output;
  readonly #roleWords = createRoleWords();
  readonly #now: () => number;
  #state: SearchState;
  #startedAtMs: number;
  /** Evaluations that were already there when this process began to watch. */
  #spentBefore: number;
  /** The newest one. */
  #strategy: string | undefined;
  readonly #writing: WritingLine;
  #linesShown = 0;
  #hasEnded = false;

  constructor(output: Output, now: () => number, from: SearchState) {
    this.#output = output;
    this.#now = now;
    this.#writing = new WritingLine(now);
    this.#startedAtMs = now();
    this.#state = from;
    this.#spentBefore = evaluatedCount(from);
    this.#strategy = from.iterations
      .slice()
      .findLast(({ strategy }) => strategy !== undefined)?.strategy;
    this.#draw();
  }

  show(event: SearchEvent): void {
    this.#state = applyEvent(this.#state, event);
    if (event.type === "SearchResumed" || event.type === "SearchStarted") {
      this.#spentBefore = evaluatedCount(this.#state);
      this.#startedAtMs = this.#now();
    }
    if ("strategy" in event) this.#strategy = event.strategy ?? this.#strategy;
    this.#writing.happened(event);
    this.#clear();
    for (const line of this.#roleWords(event)) this.#output.say(oneLine(line));
    this.#draw();
  }

  readonly showText: OnRoleText = (text) => {
    if (!this.#writing.add(text)) return;
    this.#clear();
    this.#draw();
  };

  notice(line: string): void {
    this.#clear();
    this.#output.say(oneLine(line));
    this.#draw();
  }

  end(): void {
    this.#hasEnded = true;
    this.#clear();
  }

  #draw(): void {
    const { started, iterations } = this.#state;
    if (!started || this.#hasEnded) return;
    const { budget, searcher } = started.config;
    const done = evaluatedCount(this.#state);
    const current = iterations.last;
    const filled = Math.round((20 * Math.min(done, budget)) / budget);
    const lines = [
      `iteration ${current?.index ?? 0}  [${"#".repeat(filled)}${".".repeat(20 - filled)}] ` +
        `${done}/${budget} evaluations  ETA ${this.#eta(done, budget)}`,
      `best      ${bestText(this.#state)}`,
      ...(rolesOf[searcher].includes("navigator")
        ? [`strategy  ${this.#strategy ? strategyHeadline(this.#strategy) : "-"}`]
        : []),
      ...llmLines(this.#state),
    ];
    // A full last column makes some terminals wrap.
    const columns = this.#output.columns - 1;
    for (const line of lines) this.#output.say(fitLine(line, columns));
    const writing = this.#writing.line(columns);
    if (writing !== undefined) this.#output.say(writing);
    this.#linesShown = lines.length + (writing === undefined ? 0 : 1);
  }

  #eta(done: number, budget: number): string {
    const doneHere = done - this.#spentBefore;
    if (doneHere <= 0) return "-";
    const seconds = ((this.#now() - this.#startedAtMs) / 1000 / doneHere) * (budget - done);
    return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  }

  /** Moves up over the live lines and clears them (ANSI: cursor up, erase below). */
  #clear(): void {
    if (this.#linesShown > 0) this.#output.draw(`\u001b[${this.#linesShown}A\u001b[0J`);
    this.#linesShown = 0;
  }
}
