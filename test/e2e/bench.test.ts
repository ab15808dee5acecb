import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSyntheticTable } from "@collm/bench/testing";
import { readJournalFile } from "@collm/journal";
import { startChatServer } from "@collm/llm/testing";
import { best, bestSoFar, foldEvents } from "@collm/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workspace } from "../support/collm.js";
import { until } from "../support/poll.js";

describe("collm bench", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await Workspace.create();
    await writeSyntheticTable(workspace.file("synthetic.table"));
    const manifest = "family: table\nname: c100\ntable: ./synthetic.table\ndataSet: cifar100\n";
    await writeFile(workspace.file("c100.yaml"), manifest);
  });
  afterAll(() => workspace?.remove());

  const flags = ["--table", "synthetic.table", "--budget", "30", "--searchers"];

  async function records(out: string): Promise<Record<string, unknown>[]> {
    const text = await readFile(join(workspace.path, out, "results.jsonl"), "utf8").catch(() => "");
    const lines = text.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it("goes on where it was killed, with the tables of an undisturbed run", async () => {
    const args = ["bench", "nas-bench-201", ...flags, "random,evolution", "--seeds", "40"];
    const killed = workspace.start(...args, "--out", "killed", "--jobs", "1");
    await until("a record", async () => ((await records("killed")).length > 0 ? true : undefined));
    killed.child.kill("SIGKILL");
    await killed.finished;
    const before = (await records("killed")).length;
    expect(before).toBeLessThan(240);

    const resumed = await workspace.run(...args, "--out", "killed", "--jobs", "2");
    expect(resumed.stderr).toContain(`${240 - before} searches in`);
    expect(resumed.code).toBe(0);
    const undisturbed = await workspace.run(...args, "--out", "undisturbed");
    expect(resumed.stdout).toBe(undisturbed.stdout);
    for (const name of ["nas-bench-201.md", "nas-bench-201.csv", "nas-bench-201.svg"]) {
      const [ours, theirs] = await Promise.all(
        ["killed", "undisturbed"].map((out) => readFile(join(workspace.path, out, name), "utf8")),
      );
      expect(ours).toBe(theirs);
    }
  });

  it("finds in process what the four services find", async () => {
    const search = await workspace.run(
      ...["search", "--supernet", "c100.yaml", "--searcher", "collm", "--seed", "2"],
      ...["--budget", "30", "--candidates", "6", "--out", "search"],
    );
    expect(search.code, search.stderr).toBe(0);
    const bench = await workspace.run(
      ...["bench", "single-vs-dual", "--supernet", "c100.yaml", "--searchers", "collm"],
      ...["--seeds", "3", "--budget", "30", "--candidates", "6", "--out", "bench"],
    );
    expect(bench.code, bench.stderr).toBe(0);
    const record = (await records("bench")).find(({ seed }) => seed === 2);
    const { events } = await readJournalFile(workspace.file("search/events.jsonl"));
    const state = foldEvents(events);
    expect(record?.course).toEqual(bestSoFar(state));
    expect(record?.canonical).toBe(best(state)?.architecture.canonical);
    expect(record?.testPercent).toBe(state.test?.result.top1Percent);
  });

  it("asks language models through the services, and counts what they cost", async () => {
    const cell = { "0-1": "conv3x3", "0-2": "conv3x3", "1-2": "conv1x1", "0-3": "identity" };
    const server = await startChatServer((_, index) => ({
      kind: "answer",
      pieces: [JSON.stringify({ ...cell, "1-3": "zero", "2-3": index % 2 ? "zero" : "identity" })],
      usage: { prompt_tokens: 100, completion_tokens: 20 },
    }));
    try {
      const specs = ["a", "b"].flatMap((name) => ["--llm", `openai:${name}@${server.baseUrl}`]);
      const run = await workspace.run(
        ...["bench", "llms", "--table", "synthetic.table", "--data-sets", "cifar10", ...specs],
        ...["--seeds", "1", "--budget", "2", "--candidates", "1", "--out", "llms"],
      );
      expect(run.code, run.stderr).toBe(0);
      expect(run.stdout).toContain("### Language models on cifar10");
      const found = await records("llms");
      expect(found.map(({ arm }) => arm)).toEqual(["a", "b"]);
      expect(found[0]?.llm).toContainEqual(
        expect.objectContaining({ evaluationsBefore: 0, inputTokens: 100, outputTokens: 20 }),
      );
      expect(new Set(server.seen.map(({ body }) => body.model))).toEqual(new Set(["a", "b"]));
    } finally {
      await server.close();
    }
  });

  it.each([
    [["speed"], 'SUITE: got "speed", allowed are nas-bench-201'],
    [["memory", "--table", "none.table"], "none.table: no such file"],
    [["nas-bench-201", ...flags, "random", "--baseline", "evolution"], "--baseline: got"],
  ])("refuses %j with exit code 2", async (args, message) => {
    const { code, stderr, stdout } = await workspace.run("bench", ...args, "--out", "refused");
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(stdout).toBe("");
  });
});
