import type { SearchEvent, StrategyRequest } from "@collm/search";
import { createSearchBench, type SearchBenchOptions } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import type { Output } from "../output.js";
import { createProgress, type Progress } from "./progress.js";

/** What is on the screen: lines said, less those that the live lines erase. */
class Screen implements Output {
  readonly lines: string[] = [];
  readonly isTerminal: boolean;
  readonly columns: number;

  constructor({ isTerminal = true, columns = 100 } = {}) {
    this.isTerminal = isTerminal;
    this.columns = columns;
  }

  say(line: string): void {
    this.lines.push(line);
  }

  draw(text: string): void {
    // Some lines up, erase below.
    const count = Number(text[2]);
    expect(text).toBe(`\u001b[${count}A\u001b[0J`);
    expect([2, 3, 4, 5]).toContain(count);
    this.lines.splice(-count);
  }

  print(): void {
    throw new Error("progress is for people");
  }
}

const config = {
  searcher: "collm",
  budget: 8,
  candidatesPerIteration: 4,
  iterations: 2,
  seed: 1,
} as const;

/** A search whose Navigator fails in iteration 2, and whose candidates get 50, 51, ... %. */
async function eventsOf(options: SearchBenchOptions = {}): Promise<readonly SearchEvent[]> {
  let measured = 0;
  const strategy = ({ iteration }: StrategyRequest) =>
    iteration === 1 ? "# PLAN\n\nGo deep, stay narrow." : undefined;
  const bench = createSearchBench({
    config,
    roles: { strategy },
    dispatcher: { top1Percent: () => 50 + measured++ },
    ...options,
  });
  await bench.run();
  return bench.journal.events;
}

/** Shows events on a screen, with a clock that only results move. */
function live(screen: Screen, secondsPerResult: number) {
  let nowMs = 0;
  const progress: Progress = createProgress(screen, () => nowMs);
  const show = (events: readonly SearchEvent[]): void => {
    for (const event of events) {
      if (event.type === "EvaluationCompleted") nowMs += 1_000 * secondsPerResult;
      progress.show(event);
    }
  };
  return { progress, show };
}

/** The events up to and including the given number of results. */
function upTo(results: number, events: readonly SearchEvent[]): readonly SearchEvent[] {
  const places = events.flatMap(({ type }, i) => (type === "EvaluationCompleted" ? [i + 1] : []));
  return events.slice(0, places[results - 1]);
}

describe("createProgress without a terminal", () => {
  it("says one line for each iteration, and one when a role fails", async () => {
    const screen = new Screen({ isTerminal: false });
    live(screen, 1).show(await eventsOf());
    expect(screen.lines).toEqual([
      "iteration 1: 4 of 4 proposed evaluated, 4/8 spent, best 53.00 % (candidate 1.4), strategy: Go deep, stay narrow.",
      "iteration 2: navigator failed: scripted failure; the last strategy stays in force",
      "iteration 2: 4 of 4 proposed evaluated, 8/8 spent, best 57.00 % (candidate 2.4)",
    ]);
  });
});

describe("createProgress on a terminal", () => {
  it("draws its lines again and again: place and time left, best, strategy in force, models", async () => {
    const events = await eventsOf();
    const screen = new Screen();
    const { show } = live(screen, 10);
    show(events.slice(0, 1));
    expect(screen.lines).toEqual([
      "iteration 0  [....................] 0/8 evaluations  ETA -",
      "best      none yet",
      "strategy  -",
    ]);
    show(upTo(3, events).slice(1));
    expect(screen.lines).toEqual([
      "iteration 1  [########............] 3/8 evaluations  ETA 50 s",
      "best      52.00 % (candidate 1.3)",
      "strategy  Go deep, stay narrow.",
      "models    2 requests, 4 tokens, forecast 8 tokens",
    ]);
  });

  it("draws no strategy where no Navigator writes one", async () => {
    const events = await eventsOf({ config: { ...config, searcher: "opro" } });
    const screen = new Screen();
    live(screen, 10).show(upTo(3, events));
    expect(screen.lines).toEqual([
      "iteration 1  [########............] 3/8 evaluations  ETA 50 s",
      "best      52.00 % (candidate 1.3)",
      "models    1 request, 2 tokens, forecast 4 tokens",
    ]);
  });

  it("shows the end of what is being written until it is answered, ten times a second at most", async () => {
    const events = await eventsOf();
    const screen = new Screen({ columns: 41 });
    let nowMs = 0;
    const progress = createProgress(screen, () => nowMs);
    const begun = events.findIndex(({ type }) => type === "StrategyProposed");
    for (const event of events.slice(0, begun)) progress.show(event);
    const before = [...screen.lines];
    const write = (kind: "reasoning" | "answer", text: string): void =>
      progress.showText?.({ role: "navigator", iteration: 1, kind, text });
    write("reasoning", "Deep networks cost\n\u001b[2J");
    expect(screen.lines.at(-1)).toBe("\u001b[2mnavigator thinks  Deep networks cost [2J\u001b[22m");
    write("reasoning", " and unseen so far");
    expect(screen.lines.at(-1)).toContain("cost [2J");
    nowMs += 100;
    write("reasoning", " more 更");
    expect(screen.lines.at(-1)).toBe("\u001b[2mnavigator thinks   unseen so far more 更\u001b[22m");
    nowMs += 100;
    write("answer", "Go deep.");
    expect(screen.lines).toEqual([...before, "\u001b[2mnavigator writes  Go deep.\u001b[22m"]);
    progress.show(events[begun] as SearchEvent);
    expect(screen.lines).toHaveLength(4);
    expect(screen.lines.join()).not.toContain("writes");
  });

  it("keeps notices and failures of a role above, and leaves only them at its end", async () => {
    const events = await eventsOf();
    const screen = new Screen();
    const { progress, show } = live(screen, 10);
    show(upTo(2, events));
    progress.notice("evaluator died (SIGKILL) and was started again (1 of 3)");
    show(events.slice(upTo(2, events).length));
    const kept = [
      "evaluator died (SIGKILL) and was started again (1 of 3)",
      "iteration 2: navigator failed: scripted failure; the last strategy stays in force",
    ];
    expect(screen.lines).toEqual([
      ...kept,
      "iteration 2  [####################] 8/8 evaluations  ETA 0 s",
      "best      57.00 % (candidate 2.4)",
      "strategy  Go deep, stay narrow.",
      "models    4 requests, 8 tokens, forecast 8 tokens",
    ]);
    progress.end();
    progress.end();
    expect(screen.lines).toEqual(kept);
    progress.notice("SIGTERM: stopping, once more to stop at once");
    expect(screen.lines).toEqual([...kept, "SIGTERM: stopping, once more to stop at once"]);
  });

  it("reckons the time left from what was done since the search was resumed", async () => {
    const first = upTo(3, await eventsOf());
    const events = await eventsOf({ events: first });
    const screen = new Screen();
    const { show } = live(screen, 60);
    show(events.slice(0, first.length + 1));
    expect(screen.lines.at(-4)).toContain("3/8 evaluations  ETA -");
    show(upTo(5, events).slice(first.length + 1));
    expect(screen.lines.at(-4)).toContain("5/8 evaluations  ETA 3 min");
  });

  it("fits every line into the terminal, whatever a model writes", async () => {
    const events = await eventsOf({
      roles: { strategy: () => `wide 更深的网络更深的网络 \u001b[2J\t🌊🌊🌊🌊🌊🌊🌊🌊` },
    });
    const screen = new Screen({ columns: 31 });
    live(screen, 10).show(upTo(1, events));
    expect(screen.lines).toEqual([
      "iteration 1  [###.............",
      "best      50.00 % (candidate 1",
      "strategy  wide 更深的网络更深",
      "models    2 requests, 4 tokens",
    ]);
  });
});
