import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournalFile } from "@collm/journal";
import { searchResultSchema } from "@collm/report";
import { best, foldEvents, type SearchEvent } from "@collm/search";
import { createSearchBench, searchStarted } from "@collm/search/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Launch, RunDirectory } from "./run-directory.js";

const bench = createSearchBench({ config: { budget: 6, candidatesPerIteration: 3 } });
const launch: Launch = {
  searchId: "test-search",
  supernet: "/supernets/tiny.yaml",
  navigator: undefined,
  generator: {
    backend: "openai",
    model: "qwen3",
    temperature: 0.6,
    maxOutputTokens: 100,
    timeoutMs: 1_000,
  },
  evaluator: { workers: 2 },
  search: searchStarted({ limits: { maxMacs: 400_000 } }).config,
};

let parent: string;
let run: RunDirectory;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "collm-run-"));
  run = new RunDirectory(join(parent, "runs", "first"));
});
afterEach(() => rm(parent, { recursive: true }));

async function writeJournal(events: readonly SearchEvent[]): Promise<void> {
  const journal = await openJournalFile(run.journalPath);
  for (const event of events) await journal.append(event);
  await journal.close();
}

async function files(): Promise<readonly string[]> {
  return (await readdir(run.path, { recursive: true })).sort();
}

describe("RunDirectory.create and launch", () => {
  it("keep how a search was started, absent settings included", async () => {
    await run.create(launch);
    const { navigator: _, ...said } = launch;
    expect(await new RunDirectory(run.path).launch()).toEqual(said);
    expect(await run.events()).toEqual([]);
  });

  it("refuse to overwrite a search, and leave it as it is", async () => {
    await run.create(launch);
    await writeJournal([searchStarted()]);
    await expect(run.create({ ...launch, supernet: "/other.yaml" })).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringMatching(/^--out: .*first already holds a search; resume it/),
    });
    expect((await run.launch()).supernet).toBe(launch.supernet);
    expect(await run.events()).toEqual([searchStarted()]);
  });

  it("refuse a directory of other files, and leave it as it is", async () => {
    await mkdir(run.path, { recursive: true });
    await writeFile(join(run.path, "config.yaml"), "debug: true\n");
    await expect(run.create(launch)).rejects.toMatchObject({
      code: "invalid-argument",
      message: `--out: ${run.path} holds other files (config.yaml), allowed is a new or empty directory`,
    });
    expect(await readFile(join(run.path, "config.yaml"), "utf8")).toBe("debug: true\n");
  });

  it("take a directory again whose search never started", async () => {
    await run.create(launch);
    await run.create({ ...launch, supernet: "/other.yaml" });
    expect((await run.launch()).supernet).toBe("/other.yaml");
    await mkdir(run.logPath);
    await run.discard({ keepsLogs: true });
    expect(await files()).toEqual(["logs"]);
    await run.create(launch);
    await run.discard({ keepsLogs: false });
    expect(await files()).toEqual([]);
  });

  it("refuse a path that is taken by a file", async () => {
    const path = join(parent, "file");
    await writeFile(path, "");
    await expect(new RunDirectory(path).create(launch)).rejects.toMatchObject({
      code: "invalid-argument",
      message: `--out ${path}: a file of that name is in the way`,
    });
  });

  it("say what is wrong with a directory that no search left", async () => {
    await expect(run.launch()).rejects.toMatchObject({ code: "not-found" });
    await run.create(launch);
    const config = join(run.path, "config.yaml");
    await writeFile(config, "searchId: 5\n");
    await expect(run.launch()).rejects.toThrow(`${config}: searchId: got 5, allowed is text`);
    await writeFile(config, "searchId: [\n");
    await expect(run.launch()).rejects.toThrow(`${config}: not valid YAML`);
  });
});

describe("RunDirectory.hold", () => {
  it("lets one at a time in, and names who is at it", async () => {
    await run.hold(async () => {
      await expect(run.hold(async () => "never")).rejects.toMatchObject({
        code: "failed-precondition",
        message: expect.stringContaining(`${run.path}: is being written by process ${process.pid}`),
      });
    });
    await expect(files()).rejects.toThrow("ENOENT");
    await run.hold(() => run.create(launch));
    expect(await files()).toEqual(["config.yaml"]);
  });
});

describe("RunDirectory.writeViews", () => {
  it("writes nothing before the search has started", async () => {
    await run.create(launch);
    expect((await run.writeViews()).phase).toBe("new");
    expect(await files()).toEqual(["config.yaml"]);
  });

  it("writes result, report and winner from the journal, the same again at any time", async () => {
    await run.create(launch);
    const state = await bench.run();
    await writeJournal(bench.journal.events);
    expect((await run.writeViews()).lastSeq).toBe(state.lastSeq);
    const names = ["best", "best/architecture.json", "config.yaml", "events.jsonl"];
    expect(await files()).toEqual([...names, "report.html", "result.json"]);

    const read = (name: string) => readFile(join(run.path, name), "utf8");
    const result = searchResultSchema.parse(JSON.parse(await read("result.json")));
    const winner = best(state);
    expect(result).toMatchObject({
      status: "finished",
      best: { canonical: winner?.architecture.canonical },
    });
    const notation = bench.space.legality(JSON.parse(await read("best/architecture.json")));
    expect(notation).toMatchObject({ architecture: winner?.architecture });
    expect(await read("report.html")).toContain("<svg");

    const before = await Promise.all(["result.json", "report.html"].map(read));
    await run.writeViews();
    expect(await Promise.all(["result.json", "report.html"].map(read))).toEqual(before);
  });

  it("journals once that a search rests whose coordinator is gone", async () => {
    await run.create(launch);
    await writeJournal([searchStarted()]);
    await run.interrupt("coordinator died 4 times");
    await run.interrupt("again");
    expect((await run.events()).slice(1)).toMatchObject([
      { type: "SearchInterrupted", seq: 2, reason: "coordinator died 4 times" },
    ]);
  });

  it("writes no winner while there is none", async () => {
    await run.create(launch);
    await writeJournal([searchStarted()]);
    expect(foldEvents(await run.events()).phase).toBe("running");
    await run.writeViews();
    expect(await files()).not.toContain("best");
  });
});
