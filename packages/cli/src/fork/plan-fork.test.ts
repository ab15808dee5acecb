import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSearchConfig, type SearchEvent } from "@collm/search";
import { createSearchBench } from "@collm/search/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunDirectory } from "../run-directory.js";
import { openSearchTarget } from "../search-target.js";
import { type ForkFlags, planFork, planLines } from "./plan-fork.js";

const manifest = `
name: synthetic
family: ofa-mobilenet-v3
stem: 8
firstBlock: 8
stages: [{ width: 16, stride: 1, activation: relu, squeezeExcite: false }]
finalExpand: 64
featureMix: 96
classes: 10
depths: [1, 2]
kernels: [3, 5]
expansions: [1, 2]
resolutions: [12, 16]
landscape: { seed: 7 }
`;

describe("planFork", () => {
  let directory: string;
  let parent: RunDirectory;
  let events: readonly SearchEvent[];
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "collm-fork-"));
    const supernet = join(directory, "synthetic.yaml");
    await writeFile(supernet, manifest);
    await writeFile(join(directory, "wider.yaml"), manifest.replace("width: 16", "width: 24"));
    const config = { budget: 12, candidatesPerIteration: 4, preset: "paper" };
    const bench = createSearchBench({ config, spec: (await openSearchTarget(supernet)).space });
    await bench.run();
    events = bench.journal.events;
    parent = new RunDirectory(join(directory, "parent"));
    const search = { ...defaultSearchConfig("random"), ...config };
    const navigator = { backend: "heuristic" as const, temperature: 0.2 };
    await parent.create({ searchId: "test-search", supernet, navigator, search }, events);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const plan = (flags: Omit<ForkFlags, "test">) => planFork(parent, { test: true, ...flags });

  it("takes over the parent's settings with what the flags change, and writes nothing", async () => {
    const {
      run,
      launch,
      events: taken,
      ...others
    } = await plan({
      ...{
        at: "9",
        seed: "5",
        maxMacs: "1M",
        target: "99",
        llm: ["generator=openai:m@http://h/v1"],
      },
    });
    expect(run.path).toBe(`${parent.path}-at-9`);
    expect(launch).toMatchObject({
      searchId: "parent-at-9",
      supernet: join(directory, "synthetic.yaml"),
      navigator: { backend: "heuristic", temperature: 0.2 },
      generator: { backend: "openai", model: "m", baseUrl: "http://h/v1" },
      search: { seed: 5, preset: "paper", budget: 12, limits: { maxMacs: 1_000_000 } },
    });
    expect(taken).toHaveLength(9);
    expect(taken[0]).toMatchObject({ config: launch.search, searchId: launch.searchId });
    expect(planLines({ run, launch, events: taken, ...others })).toEqual([
      `search parent-at-9 goes on from event 9 of test-search, 4 of 12 evaluations spent, run directory ${run.path}`,
    ]);
    expect((await readdir(directory)).sort()).toEqual(["parent", "synthetic.yaml", "wider.yaml"]);
  });

  it("takes over everything before the end where nothing else is said", async () => {
    expect((await plan({ budget: "20" })).events).toHaveLength(events.length - 1);
    expect((await plan({ atIteration: "0" })).events).toHaveLength(1);
  });

  it.each([
    [{ at: "0" }, "--at: got 0, allowed is 1 to 40: event 41 is SearchFinished"],
    [{ at: "41" }, "--at: got 41, allowed is 1 to 40: event 41 is SearchFinished"],
    [{ at: "soon" }, '--at: got "soon", allowed is 1 to 40'],
    [{ at: "9", atIteration: "1" }, "--at-iteration: got 1, allowed without --at only"],
    [{ atIteration: "8" }, '--at-iteration: got "8", allowed is 0 to 3'],
    [{}, "--budget: got 12 from the search forked, allowed is more than 12, which are spent"],
    [{ budget: "5" }, "--budget: got 5, allowed is at least 12, which are spent"],
    [{ budget: "many" }, '--budget: got "many", allowed is'],
    [{ budget: "20", iterations: "2" }, "--iterations: got 2, allowed is at least 3, which have"],
    [{ budget: "20", target: "25" }, "--target: got 25, allowed is more than"],
    [{ at: "9", searcher: "genius" }, '--searcher: got "genius", allowed is'],
    [{ at: "9", maxMacs: "10" }, "--max-macs: got 10, allowed is at least"],
    [{ at: "9", isomorphs: "merge" }, "--isomorphs: got merge, allowed for cell spaces only"],
    [{ at: "9", generatorMemory: "yes" }, '--generator-memory: got "yes", allowed is on or off'],
  ])("refuses %o", async (flags, message) => {
    await expect(plan(flags)).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining(message),
    });
  });

  it("refuses a supernet with another search space", async () => {
    const supernet = join(directory, "wider.yaml");
    await expect(plan({ at: "9", supernet })).rejects.toThrow(
      `--supernet: got ${supernet} (synthetic), allowed is synthetic with the search space it had`,
    );
  });

  it("refuses a run that has not started", async () => {
    const empty = new RunDirectory(join(directory, "parent"));
    empty.events = async () => [];
    await expect(planFork(empty, { test: true })).rejects.toThrow("nothing to fork");
  });
});
