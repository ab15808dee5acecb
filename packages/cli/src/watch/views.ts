import {
  best,
  budgetSpent,
  evaluatedCount,
  type SearchEvent,
  type SearchState,
} from "@collm/search";
import { collmCommand } from "../command-line.js";
import type { OnRoleText } from "../coordinator-client.js";
import type { Output } from "../output.js";
import { createProgress, type Progress } from "../progress/progress.js";
import type { WatchView } from "./watch-search.js";

/** For people: a summary of what there was, then the progress that `collm search` shows. */
export class ProgressView implements WatchView {
  readonly #output: Output;
  readonly #run: string | undefined;
  #progress: Progress | undefined;

  /** @param run directory of the run, for the command that goes on with it. */
  constructor(output: Output, run?: string) {
    this.#output = output;
    this.#run = run;
  }

  begin(_: readonly SearchEvent[], state: SearchState): void {
    for (const line of overview(state)) this.#output.say(line);
    if (state.phase === "running") this.#progress = this.#progressFrom(state);
  }

  show(event: SearchEvent): void {
    this.#progress?.show(event);
  }

  get showText(): OnRoleText | undefined {
    return this.#output.isTerminal ? (text) => this.#progress?.showText?.(text) : undefined;
  }

  abandoned(): void {
    const resume = this.#run === undefined ? "" : `; ${collmCommand} resume ${this.#run}`;
    this.notice(`nobody drives this search now, its next events are waited for${resume}`);
  }

  notice(line: string): void {
    if (this.#progress) this.#progress.notice(line);
    else this.#output.say(line);
  }

  end(): void {
    this.#progress?.end();
  }

  #progressFrom(state: SearchState): Progress {
    return createProgress(this.#output, Date.now, state);
  }
}

/** For programs: the events from `fromSeq` on, each a line of JSON. */
export class JsonView implements WatchView {
  readonly #output: Output;
  readonly #fromSeq: number;

  constructor(output: Output, fromSeq: number) {
    this.#output = output;
    this.#fromSeq = fromSeq;
  }

  begin(events: readonly SearchEvent[]): void {
    for (const event of events) this.show(event);
  }

  show(event: SearchEvent): void {
    if (event.seq >= this.#fromSeq) this.#output.print(JSON.stringify(event));
  }

  abandoned(): void {}

  notice(line: string): void {
    this.#output.say(line);
  }

  end(): void {}
}

/** What happened so far, in two lines however long it was. */
function overview(state: SearchState): readonly string[] {
  const { started, iterations, phase, lastSeq } = state;
  if (!started) return [];
  const { config, supernet, searchId, at } = started;
  const winner = best(state);
  const found = winner ? `best ${winner.status.result.top1Percent.toFixed(2)} %` : "nothing found";
  return [
    `search ${searchId} on supernet ${supernet.name} by ${config.searcher}, started ${at}, ${phase}`,
    `so far    iteration ${iterations.length}, ${evaluatedCount(state)} evaluated, ` +
      `${budgetSpent(state)}/${config.budget} spent, ${found}, ${lastSeq} events`,
  ];
}
