import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Benchmark, openBenchmark, openTable } from "@collm/nas-bench-201";
import { searchResultSchema } from "@collm/report";
import { readOfficialString } from "@collm/search-space";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";
import { processesIn } from "../support/processes.js";
import { journalOf, readJson } from "../support/run-files.js";
import { trainingSeconds, writeSmallTable } from "../support/small-table.js";

describe("collm search on a table", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  let manifest: string;
  let benchmark: Benchmark;

  beforeAll(async () => {
    workspace = await Workspace.create();
    manifest = workspace.file("table.yaml");
    await writeSmallTable(workspace.file("small.table"), manifest);
    const table = await openTable(workspace.file("small.table"));
    const settings = { dataSet: "cifar10", epochs: 200, charge: "training" } as const;
    benchmark = await openBenchmark(table, settings);
    await table.close();
  });
  afterAll(async () => {
    expect(await processesIn(workspace.path)).toEqual([]);
    await workspace.remove();
  });

  const search = (out: string, ...flags: string[]) =>
    workspace.run("search", "--supernet", manifest, "--out", out, "--budget", "30", ...flags);

  it("is the search that supernets have, with the table's accuracies and times", async () => {
    const run = workspace.file("run");
    const finished = await search(run, "--json");
    expect(finished).toMatchObject({ code: 0 });

    const result = searchResultSchema.parse(JSON.parse(finished.stdout));
    expect(result.evaluations.evaluated).toBe(30);
    const official: unknown = await readJson(join(run, "best/architecture.json"));
    expect(official).toBe(result.best?.canonical);
    const read = readOfficialString(official as string);
    const choices = read.kind === "choices" ? read.choices : [];
    expect(result.best?.validation).toEqual({
      top1Percent: benchmark.lookUp(choices, "validation")?.top1Percent,
      images: 25_000,
    });
    expect(result.test).toMatchObject({
      top1Percent: benchmark.lookUp(choices, "test")?.top1Percent,
      images: 10_000,
    });
    // Charged, not waited for.
    expect(result.evaluatorSeconds).toBe(30 * trainingSeconds);
    await expect(access(join(run, "best/subnet.onnx"))).rejects.toThrow();
    expect(await readFile(join(run, "report.html"), "utf8")).not.toContain("NaN");
  });

  it("waits for the share of the time that --real-time says", async () => {
    const run = workspace.file("slow");
    const started = performance.now();
    // 8 evaluations of 1000 s each at a time of 0.0002: 0.2 s each, two at a time.
    const flags = ["--searcher", "random", "--budget", "8", "--real-time", "0.0002"];
    expect(await search(run, ...flags)).toMatchObject({ code: 0 });
    expect(performance.now() - started).toBeGreaterThan(800);
    const events = await journalOf(run);
    const time = (type: string, last: boolean): number => {
      const ofType = events.filter((event) => event.type === type);
      return Date.parse((last ? ofType.at(-1) : ofType[0])?.at ?? "");
    };
    expect(time("EvaluationCompleted", true) - time("EvaluationStarted", false)).toBeGreaterThan(
      600,
    );
  });

  it("merges isomorphic cells and says so in the funnel", async () => {
    const run = workspace.file("merged");
    const flags = ["--searcher", "random", "--isomorphs", "merge", "--permute-operators", "5"];
    expect(await search(run, ...flags)).toMatchObject({ code: 0 });
    const result = searchResultSchema.parse(await readJson(join(run, "result.json")));
    expect(result.evaluations.evaluated).toBe(30);
    const proposed = (await journalOf(run)).flatMap((event) =>
      event.type === "CandidatesProposed" ? event.candidates : [],
    );
    expect(JSON.stringify(proposed)).toMatch(/"0-1":"[A-E]"/u);
    expect(JSON.stringify(proposed)).not.toMatch(/conv|skip|pool/u);
  });

  it("refuses what a table has not, in one sentence", async () => {
    const exported = await workspace.run(
      ...["subnet", "export", "--supernet", manifest, "--architecture", manifest],
      ...["--output", workspace.file("x.onnx")],
    );
    expect(exported).toMatchObject({ code: 2 });
    expect(exported.stderr).toMatch(/family: got "table"/u);

    const bad = await search(workspace.file("bad"), "--real-time", "-1");
    expect(bad).toMatchObject({ code: 2 });
    expect(bad.stderr).toMatch(/--real-time: got -1, allowed is a number from 0 to 10/u);
  });
});
