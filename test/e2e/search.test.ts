import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { searchResultSchema } from "@collm/report";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { landscapeManifest, Workspace } from "../support/collm.js";
import { processesIn } from "../support/processes.js";
import { completionsOf, decisionsOf, journalOf, readJson } from "../support/run-files.js";

describe("collm search on the landscape", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
  });
  afterEach(async () => {
    expect(await processesIn(workspace.path)).toEqual([]);
    await workspace.remove();
  });

  const search = (out: string, ...flags: string[]) =>
    workspace.run(
      "search",
      ...["--supernet", landscapeManifest, "--out", out, "--max-macs", "400k"],
      ...["--budget", "24", "--candidates", "6"],
      ...flags,
    );

  it("runs through the four services, all from source, and leaves a complete run directory", async () => {
    workspace.runsFrom = "source";
    const run = workspace.file("run");
    const finished = await search(run, "--json");
    expect(finished).toMatchObject({ code: 0 });

    const result = searchResultSchema.parse(JSON.parse(finished.stdout));
    expect(result).toEqual(await readJson(join(run, "result.json")));
    expect(result.status).toBe("finished");
    expect(result.best?.cost.macs).toBeLessThanOrEqual(400_000);
    expect(result.evaluations.evaluated).toBe(24);
    expect(await readFile(join(run, "report.html"), "utf8")).toContain("<svg");
    for (const name of ["config.yaml", "events.jsonl", "best/architecture.json"]) {
      await access(join(run, name));
    }

    const events = await journalOf(run);
    expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
    expect([...completionsOf(events).values()].every((count) => count === 1)).toBe(true);
    const [testOpened, testCompleted] = events.slice(-2);
    expect(testOpened?.type).toBe("TestOpened");
    expect(testCompleted?.type).toBe("TestCompleted");
  });

  it("makes the same search of the same seed, and answers a second one from the store", async () => {
    const [first, second] = [workspace.file("first"), workspace.file("second")];
    expect((await search(first, "--seed", "3")).code).toBe(0);
    expect((await search(second, "--seed", "3")).code).toBe(0);
    const [a, b] = [await journalOf(first), await journalOf(second)];
    expect(decisionsOf(b)).toEqual(decisionsOf(a));
    const sources = b.flatMap((event) =>
      event.type === "EvaluationCompleted" ? [event.source] : [],
    );
    expect(new Set(sources)).toEqual(new Set(["store"]));
  });

  it("is not led astray by variables that are meant for services run by themselves", async () => {
    const journals = workspace.file("journals");
    workspace.env = { COLLM_JOURNAL_DIR: journals, COLLM_RUN_SEARCH_ID: "other" };
    const run = workspace.file("run");
    expect(await search(run, "--searcher", "random", "--budget", "3")).toMatchObject({ code: 0 });
    expect(new Set((await journalOf(run)).map((event) => event.searchId))).toEqual(
      new Set(["run"]),
    );
    await expect(access(journals)).rejects.toThrow();
  });

  it.each([
    ["evolution", "default"],
    ["evolution", "paper"],
    ["evolution", "spos"],
    ["ageing-evolution", "default"],
    ["local-search", "default"],
    ["reinforce", "default"],
    ["random", "default"],
  ])("runs the baseline %s with the preset %s without any role", async (searcher, preset) => {
    const run = workspace.file(searcher);
    expect((await search(run, "--searcher", searcher, "--preset", preset)).code).toBe(0);
    const types = new Set((await journalOf(run)).map((event) => event.type));
    expect(types).not.toContain("StrategyRequested");
    expect(types).toContain("SearchFinished");
  });

  it.each([
    ["sillm", "navigator"],
    ["opro", "generator"],
  ])("runs %s with one role, which writes the candidates", async (searcher, role) => {
    const run = workspace.file(searcher);
    expect((await search(run, "--searcher", searcher)).code).toBe(0);
    const result = searchResultSchema.parse(await readJson(join(run, "result.json")));
    expect(result.roles).toMatchObject({ [role]: { kind: "heuristic" } });
    expect(Object.keys(result.roles)).toEqual([role]);
    const proposed = (await journalOf(run)).filter(({ type }) => type === "CandidatesProposed");
    for (const event of proposed) expect(event).toMatchObject({ origin: role });
  });

  it("evaluates over-limit candidates in the paper preset, but none of them wins", async () => {
    const run = workspace.file("paper");
    expect((await search(run, "--preset", "paper")).code).toBe(0);
    const result = searchResultSchema.parse(await readJson(join(run, "result.json")));
    expect(result.best?.cost.macs).toBeLessThanOrEqual(400_000);
    const events = await journalOf(run);
    const reasons = events.flatMap((event) =>
      event.type === "CandidateRejected" ? [event.reason] : [],
    );
    expect(reasons).not.toContain("over-limit");
  });

  it("refuses to overwrite a run", async () => {
    const run = workspace.file("run");
    await mkdir(run);
    await writeFile(join(run, "events.jsonl"), "{}\n");
    const refused = await search(run);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("already holds a search");
    expect(await readFile(join(run, "events.jsonl"), "utf8")).toBe("{}\n");
  });
});
