import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SearchEvent } from "@collm/search";
import { createSearchBench, searchStarted } from "@collm/search/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Output } from "../output.js";
import { RunDirectory } from "../run-directory.js";
import { listRunDirectories } from "../runs/listed-run.js";
import { JsonView, ProgressView } from "./views.js";
import { watchSearch } from "./watch-search.js";
import { runSource, type WatchSource } from "./watch-source.js";

const bench = createSearchBench({ config: { budget: 12, candidatesPerIteration: 4 } });
await bench.run();
const { events } = bench.journal;
const linesOf = (part: readonly SearchEvent[]): string =>
  part.map((event) => `${JSON.stringify(event)}\n`).join("");

function screen(): Output & { readonly said: string[]; readonly printed: string[] } {
  const [said, printed]: [string[], string[]] = [[], []];
  return {
    said,
    printed,
    isTerminal: false,
    columns: 100,
    say: (line) => void said.push(line),
    print: (line) => void printed.push(line),
    draw: () => expect.unreachable("no terminal"),
  };
}

let folder: string;
let run: RunDirectory;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-watch-"));
  run = new RunDirectory(join(folder, "run"));
  const started = searchStarted({ budget: 12, candidatesPerIteration: 4 });
  await run.create({ searchId: started.searchId, supernet: "/s.yaml", search: started.config });
});
afterEach(() => rm(folder, { recursive: true }));

/** The source of `run`, which does the next of `steps` whenever it is asked who drives the search. */
function stepping(steps: (() => Promise<unknown>)[], isDriven: () => boolean): WatchSource {
  return {
    ...runSource(run),
    isDriven: async () => {
      const answer = isDriven();
      await steps.shift()?.();
      return answer;
    },
  };
}

const signal = new AbortController().signal;

describe("watchSearch", () => {
  it("begins with a summary, shows the iterations that follow, and ends with the search", async () => {
    const output = screen();
    const first = events.findLastIndex(({ type }) => type === "CandidatesProposed");
    await writeFile(run.journalPath, linesOf(events.slice(0, first)));
    const next = linesOf(events.slice(first));
    // Half a line first.
    const steps = [
      () => appendFile(run.journalPath, next.slice(0, 50)),
      () => appendFile(run.journalPath, next.slice(50)),
    ];
    const state = await watchSearch(
      stepping(steps, () => steps.length > 0),
      new ProgressView(output),
      signal,
    );
    expect(state.phase).toBe("finished");
    expect(output.said).toEqual([
      expect.stringMatching(/^search test-search on supernet synthetic by random, .*, running$/),
      expect.stringMatching(/^so far {4}iteration 2, 8 evaluated, 8\/12 spent, best .* %/),
      expect.stringMatching(/^iteration 3: 4 of 4 proposed evaluated, 12\/12 spent, best/),
    ]);
  });

  it("waits where nobody drives the search, says so once, and goes on after a resume", async () => {
    const output = screen();
    await writeFile(run.journalPath, linesOf(events.slice(0, 9)));
    let looks = 0;
    const steps = [
      async () => undefined,
      async () => undefined,
      () => appendFile(run.journalPath, linesOf(events.slice(9))),
    ];
    const state = await watchSearch(
      stepping(steps, () => ++looks > 3 && steps.length > 0),
      new ProgressView(output, run.path),
      signal,
    );
    expect(state.lastSeq).toBe(events.length);
    const notices = output.said.filter((line) => line.includes("nobody drives this search"));
    expect(notices).toEqual([expect.stringContaining(`collm resume ${run.path}`)]);
  });

  it("prints for programs exactly the journal's lines from an event on", async () => {
    const output = screen();
    await writeFile(run.journalPath, linesOf(events));
    await watchSearch(runSource(run), new JsonView(output, 5), signal);
    expect(`${output.printed.join("\n")}\n`).toBe(linesOf(events.slice(4)));
    expect(output.said).toEqual([]);
  });
});

describe("listRunDirectories", () => {
  it("tells searches that rest, stopped and cannot be read, newest activity first", async () => {
    const of = async (name: string, part: readonly SearchEvent[]): Promise<RunDirectory> => {
      const other = new RunDirectory(join(folder, name));
      await other.create(await run.launch(), part);
      return other;
    };
    const finished = await of("finished", events);
    await finished.writeViews();
    await of("stopped", events.slice(0, 9));
    const held = await of("held", events.slice(0, 10));
    const damaged = await of("damaged", events.slice(0, 3));
    await appendFile(damaged.journalPath, "{}\n{}\n");
    const listed = await held.hold(() => listRunDirectories(folder));
    expect(
      listed.map((entry) => [entry.run.split("/").at(-1), entry.phase, entry.evaluations]),
    ).toEqual([
      ["finished", "finished", 12],
      ["held", "running", expect.any(Number)],
      ["stopped", "stopped", expect.any(Number)],
      ["damaged", "unreadable", 0],
    ]);
    // What the journal says and what result.json says is the same.
    await rm(join(finished.path, "result.json"));
    expect((await listRunDirectories(folder))[0]).toEqual(listed[0]);
  });
});
