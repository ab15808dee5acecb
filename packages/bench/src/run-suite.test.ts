import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nasBench201DataSets } from "@collm/search-space";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Target } from "./plan.js";
import { runSuite, type SuiteOutcome } from "./run-suite.js";
import { suiteOf } from "./suites/catalogue.js";
import { writeSyntheticTable } from "./testing/synthetic-table.js";

let directory: string;
let targets: readonly Target[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "collm-bench-"));
  const path = join(directory, "synthetic.table");
  await writeSyntheticTable(path);
  targets = nasBench201DataSets.slice(0, 2).map((dataSet) => ({
    kind: "table",
    name: dataSet,
    path,
    settings: { dataSet, epochs: 200, charge: "training" },
  }));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const suite = suiteOf("nas-bench-201");

/** Three seeds of 12 evaluations of a classical searcher and of CoLLM-NAS. */
function run(
  out: string,
  more: { jobs?: number; seeds?: number; budget?: number; signal?: AbortSignal } = {},
): Promise<SuiteOutcome> {
  const { jobs = 1, seeds = 3, budget = 12, signal = new AbortController().signal } = more;
  const searchers = ["random", "evolution", "collm"];
  return runSuite({
    suite,
    plan: suite.plan({ budget, candidates: 4, searchers, players: [] }),
    targets,
    seeds,
    jobs,
    out: join(directory, out),
    signal,
    throughServices: () => Promise.reject(new Error("no search of a table needs services")),
    identityOf: () => Promise.reject(new Error("tables have their own identity")),
    onProgress: () => undefined,
  });
}

describe("runSuite", { timeout: 60_000 }, () => {
  it("gives the same report whatever the number of threads", async () => {
    const alone = await run("jobs-1", { jobs: 1 });
    const together = await run("jobs-3", { jobs: 3 });
    expect(alone.ran).toBe(18);
    expect(together.report).toEqual(alone.report);
    expect(alone.report.markdown).toContain("collm, heuristic");
  });

  it("keeps what is done and runs what is missing, a line cut short included", async () => {
    const whole = await run("jobs-1");
    expect(whole.ran).toBe(0);
    const results = await readFile(join(directory, "jobs-1", "results.jsonl"), "utf8");
    const lines = results.trimEnd().split("\n");
    await mkdir(join(directory, "cut"));
    const kept = `${lines.slice(0, 10).join("\n")}\n${lines[10]?.slice(0, 100)}`;
    await writeFile(join(directory, "cut", "results.jsonl"), kept);
    const resumed = await run("cut");
    expect(resumed.ran).toBe(8);
    expect(resumed.report).toEqual(whole.report);
  });

  it("goes on with more seeds and refuses other settings in the same directory", async () => {
    expect((await run("jobs-1", { seeds: 4 })).ran).toBe(6);
    await expect(run("jobs-1", { budget: 13 })).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("with other settings"),
    });
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort();
    await expect(run("stopped", { signal })).rejects.toMatchObject({ code: "cancelled" });
  });

  it("reads the test split of the winner alone, and the initial population", async () => {
    const { summaries } = await run("jobs-1");
    for (const { arms } of summaries) {
      for (const { records } of arms) {
        for (const record of records) {
          expect(record.course).toHaveLength(12);
          expect(record.course.at(-1)).toBe(record.validationPercent);
          expect(record.testPercent).not.toBe(record.validationPercent);
          expect(record.firstIteration.evaluations).toBe(4);
          expect(record.firstIteration.bestPercent).toBe(record.course[3]);
          expect(record.llm).toEqual([]);
          expect(Math.min(...record.evaluatorSeconds)).toBeGreaterThan(100);
        }
      }
    }
  });
});
