import {
  applyEvent,
  archive,
  best,
  budgetSpent,
  emptyState,
  funnelOf,
  isClosed,
  rolesOf,
  type SearchEvent,
  type SearchState,
  strategyHeadline,
} from "@collm/search";
import type { Output } from "../output.js";
import { createDegradedWords } from "./degraded-words.js";
import { fitLine, oneLine } from "./fit-line.js";

/** Shows a search while it runs. */
export interface Progress {
  show(event: SearchEvent): void;
  /** A notice that must not be overwritten by the live lines. */
  notice(line: string): void;
  /** Takes the live lines away for good; notices may still follow. */
  end(): void;
}

/** Live lines on a terminal, one line per iteration otherwise. */
export function createProgress(output: Output, now: () => number): Progress {
  return output.isTerminal ? new LiveProgress(output, now) : new PlainProgress(output);
}

/** `85.31 % (candidate 3.7)` or `none yet`. */
function bestText(state: SearchState): string {
  const winner = best(state);
  return winner
    ? `${winner.status.result.top1Percent.toFixed(2)} % (candidate ${winner.id})`
    : "none yet";
}

class PlainProgress implements Progress {
  readonly #output: Output;
  readonly #degradedWords = createDegradedWords();
  #state: SearchState = emptyState;
  #reported = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  show(event: SearchEvent): void {
    this.#state = applyEvent(this.#state, event);
    const degraded = this.#degradedWords(event);
    if (degraded !== undefined) this.notice(degraded);
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

/** Lines that are redrawn: where the search is, the best so far, and the strategy where there is a Navigator. */
class LiveProgress implements Progress {
  readonly #output: Output;
  readonly #degradedWords = createDegradedWords();
  readonly #now: () => number;
  #state: SearchState = emptyState;
  #startedAtMs: number;
  /** Evaluations that were already there when this process began to watch. */
  #spentBefore: number | undefined;
  #linesShown = 0;
  #hasEnded = false;

  constructor(output: Output, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#startedAtMs = now();
  }

  show(event: SearchEvent): void {
    this.#state = applyEvent(this.#state, event);
    if (event.type === "SearchResumed" || event.type === "SearchStarted") {
      this.#spentBefore = archive(this.#state).length;
      this.#startedAtMs = this.#now();
    }
    this.#clear();
    const degraded = this.#degradedWords(event);
    if (degraded !== undefined) this.#output.say(oneLine(degraded));
    this.#draw();
  }

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
    const done = archive(this.#state).length;
    const current = iterations.at(-1);
    const filled = Math.round((20 * Math.min(done, budget)) / budget);
    const strategy = iterations.findLast((record) => record.strategy !== undefined)?.strategy;
    const lines = [
      `iteration ${current?.index ?? 0}  [${"#".repeat(filled)}${".".repeat(20 - filled)}] ` +
        `${done}/${budget} evaluations  ETA ${this.#eta(done, budget)}`,
      `best      ${bestText(this.#state)}`,
      ...(rolesOf[searcher].includes("navigator")
        ? [`strategy  ${strategy ? strategyHeadline(strategy) : "-"}`]
        : []),
    ];
    // A full last column makes some terminals wrap.
    for (const line of lines) this.#output.say(fitLine(line, this.#output.columns - 1));
    this.#linesShown = lines.length;
  }

  #eta(done: number, budget: number): string {
    const doneHere = done - (this.#spentBefore ?? 0);
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
