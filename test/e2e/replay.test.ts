import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ChatBehaviour, startChatServer } from "@collm/llm/testing";
import { searchResultSchema } from "@collm/report";
import { type EventOf, forkableCount, type SearchEvent } from "@collm/search";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Finished, landscapeManifest, Workspace } from "../support/collm.js";
import { allProcessesGone, eventsReach } from "../support/disturbed-search.js";
import { descendantsOf, processesIn } from "../support/processes.js";
import { completionsOf, decisionsOf, journalOf, readJson } from "../support/run-files.js";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await Workspace.create();
});
afterEach(async () => {
  expect(await processesIn(workspace.path)).toEqual([]);
  await workspace.remove();
});

function searchFlags(out: string, ...more: readonly string[]): readonly string[] {
  return [
    ...["search", "--supernet", landscapeManifest, "--out", out, "--max-macs", "400k"],
    ...["--budget", "18", "--candidates", "6", ...more],
  ];
}

/** A finished search in a run directory. */
async function finishedRun(...more: readonly string[]): Promise<string> {
  const run = workspace.file("run");
  const finished = await workspace.run(...searchFlags(run, ...more));
  expect(finished, finished.stderr).toMatchObject({ code: 0 });
  return run;
}

/** Workspaces with a finished search by its flags: searches that several tests start from are made once. */
const originals = new Map<string, Workspace>();
afterAll(async () => {
  for (const original of originals.values()) await original.remove();
});

/** A copy of a finished search and of its evaluation store, in a run directory of this workspace. */
async function copiedRun(...more: readonly string[]): Promise<string> {
  const original = originals.get(more.join(" ")) ?? (await Workspace.create());
  originals.set(more.join(" "), original);
  const made = original.file("run");
  if ((await journalOf(made)).length === 0) {
    const finished = await original.run(...searchFlags(made, ...more));
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
  }
  await cp(original.path, workspace.path, { recursive: true });
  return workspace.file("run");
}

function writeJournal(run: string, events: readonly SearchEvent[]): Promise<void> {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  return writeFile(join(run, "events.jsonl"), lines.join(""));
}

/** Answers of a model that sometimes thinks aloud, stops early, refuses or writes nonsense. */
function behaviourOf(index: number): ChatBehaviour {
  const genes = Array.from({ length: 9 }, (_, i) => (index + i) % 3);
  const notation = JSON.stringify({
    ks: genes.map((gene) => 3 + 2 * gene),
    e: genes.map((gene) => 2 ** gene),
    d: genes.slice(0, 3).map((gene) => gene + 1),
    r: 12 + 4 * (index % 4),
  });
  const answer = `<think>Hm, {"r": 12}?</think>\nTry ${notation} or\n\`\`\`json\n[${notation}, {"ks": [3, `;
  if (index % 9 === 4) return { kind: "status", status: 400, body: { error: { message: "no" } } };
  if (index % 9 === 7) return { kind: "answer", pieces: ["I cannot help with that."] };
  return { kind: "answer", pieces: [answer], finish: index % 4 === 3 ? "length" : "stop" };
}

/** Everything that files under a directory hold. */
async function textsIn(directory: string): Promise<string> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

function expectRefusal({ code, stderr, stdout }: Finished, ...parts: readonly string[]): void {
  for (const part of parts) expect(stderr).toContain(part);
  expect(stderr.trim().split("\n"), stderr).toHaveLength(1);
  expect(stdout).toBe("");
  expect(code).toBe(2);
}

describe("collm replay", { timeout: 120_000 }, () => {
  it("makes a finished search again from its journal alone", async () => {
    const run = await copiedRun();
    const alone = workspace.file("alone");
    await cp(join(run, "events.jsonl"), join(alone, "events.jsonl"));
    const replayed = await workspace.run("replay", alone, "--json", "--diff");
    expect(replayed, replayed.stderr).toMatchObject({ code: 0 });
    const events = await journalOf(run);
    expect(JSON.parse(replayed.stdout)).toMatchObject({
      ...{ isIdentical: true, events: events.length, reproduced: events.length },
      ...{ evaluations: 18, roleAnswers: 6, takenOver: 0 },
      answersReadAgain: { equal: 6, different: [] },
    });
    expect(replayed.stderr).toContain("identical: the replay made the whole search again");
    expect(await readdir(alone)).toEqual(["events.jsonl"]);
  });

  it("makes a search again that was killed and resumed, and what the first life left", async () => {
    const run = workspace.file("run");
    const collm = workspace.start(...searchFlags(run));
    await eventsReach(run, 30);
    for (const { pid } of await descendantsOf(collm.child.pid as number)) {
      process.kill(pid, "SIGKILL");
    }
    collm.child.kill("SIGKILL");
    await collm.finished;
    await allProcessesGone(workspace);

    const cutOff = await workspace.run("replay", run);
    expect(cutOff, cutOff.stderr).toMatchObject({ code: 0 });
    expect(cutOff.stderr).toContain("identical: the replay made the search as far as");

    expect((await workspace.run("resume", run)).code).toBe(0);
    const whole = await workspace.run("replay", run, "--json");
    expect(whole, whole.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(whole.stdout)).toMatchObject({ isIdentical: true, resumptions: 1 });
  });

  it("gives a language model's answers again, good and bad ones, and reads them again", async () => {
    const server = await startChatServer((_, index) => behaviourOf(index));
    const key = "planted-recorded-key";
    workspace.env = { COLLM_NAVIGATOR_API_KEY: key, COLLM_GENERATOR_API_KEY: key };
    const talks = workspace.file("talks");
    const settings = ["--iterations", "6", "--preset", "paper", "--no-test"];
    try {
      const llm = ["--llm", `openai:test-model@${server.baseUrl}`, "--record", talks];
      const run = await finishedRun(...settings, ...llm);
      const asked = server.seen.length;
      expect(server.seen[0]?.authorization).toContain(key);
      const types = (await journalOf(run)).map(({ type }) => type);
      expect(types).toContain("Degraded");
      const { code, stdout, stderr } = await workspace.run("replay", run, "--json");
      expect(code, stderr).toBe(0);
      const { isIdentical, answersReadAgain } = JSON.parse(stdout);
      expect(isIdentical).toBe(true);
      expect(answersReadAgain.different).toEqual([]);
      expect(answersReadAgain.equal).toBeGreaterThan(6);
      expect(server.seen).toHaveLength(asked);
    } finally {
      await server.close();
    }

    // The server is gone; the search itself is made again, from the recorded conversations.
    workspace.env = {};
    const again = workspace.file("again");
    const llm = ["--llm", `replay:${talks}?strict`];
    const repeated = await workspace.run(...searchFlags(again, ...settings, ...llm));
    expect(repeated, repeated.stderr).toMatchObject({ code: 0 });
    const [before, after] = [await journalOf(workspace.file("run")), await journalOf(again)];
    expect(decisionsOf(after)).toEqual(decisionsOf(before));
    const spent = (events: readonly SearchEvent[]) =>
      events.flatMap((event) =>
        "exchanges" in event ? event.exchanges.map(({ usage, answer }) => ({ usage, answer })) : [],
      );
    expect(spent(after)).toEqual(spent(before));
    expect(await textsIn(talks)).toContain("I cannot help with that.");
    expect(await textsIn(workspace.path)).not.toContain(key);

    // Another question: a strict replay ends the search, and says how it differs.
    const other = [...settings, ...llm, "--max-macs", "300k"];
    const missed = await workspace.run(...searchFlags(workspace.file("other"), ...other));
    expect(missed.code, missed.stderr).toBe(1);
    expect(missed.stderr).toMatch(
      /replay: no recording of request [0-9a-f]{12} in .*navigator: .*differs first in message 1, line \d+: recorded ".*400/,
    );
  });

  it("names the first event that a journal written by hand cannot have", async () => {
    const run = await finishedRun("--searcher", "evolution");
    const events = await journalOf(run);
    const diverged = async (edited: readonly SearchEvent[]) => {
      await writeJournal(run, edited);
      const { code, stderr, stdout } = await workspace.run("replay", run, "--diff", "--json");
      expect(code, stderr).toBe(1);
      expect(stderr.match(/^different: /gm)).toHaveLength(1);
      return { stderr, ...JSON.parse(stdout).divergence };
    };
    const indexOf = (type: SearchEvent["type"]) => events.findIndex((event) => event.type === type);
    const edit = (index: number, change: object) =>
      events.with(index, { ...events[index], ...change } as SearchEvent);

    const { config } = events[0] as EventOf<"SearchStarted">;
    const drawn = indexOf("CandidatesProposed");
    const otherSeed = await diverged(edit(0, { config: { ...config, seed: 1 } }));
    expect(otherSeed.seq).toBe(drawn + 1);
    expect(otherSeed.stderr).toContain(`different: event ${drawn + 1} (CandidatesProposed)`);

    const { candidates } = events[drawn] as EventOf<"CandidatesProposed">;
    const shorter = await diverged(edit(drawn, { candidates: candidates.slice(1) }));
    expect(shorter.seq).toBe(drawn + 1);

    const end = indexOf("SearchFinished");
    const { bestCandidateId } = events[end] as EventOf<"SearchFinished">;
    const loser = events.findLastIndex(
      (event) => event.type === "EvaluationCompleted" && event.candidateId !== bestCandidateId,
    );
    const { result, candidateId } = events[loser] as EventOf<"EvaluationCompleted">;
    const otherWinner = await diverged(edit(loser, { result: { ...result, top1Percent: 99.5 } }));
    expect(otherWinner).toMatchObject({
      seq: end + 1,
      differences: [{ field: "bestCandidateId", recorded: bestCandidateId, made: candidateId }],
    });
    expect(otherWinner.stderr).toContain(`  bestCandidateId\n    journal  "${bestCandidateId}"`);
  });

  it("refuses what is no journal", async () => {
    expectRefusal(await workspace.run("replay", workspace.file("none")), "nothing to replay");
    const { code, stderr } = await workspace.run("replay", "none", "--seed", "1");
    expect(code).toBe(2);
    expect(stderr).toContain("unknown option '--seed'");
  });
});

describe("collm fork", { timeout: 120_000 }, () => {
  it("goes on behind the end of a search with a larger budget", async () => {
    const run = await copiedRun();
    const before = await journalOf(run);
    const at = forkableCount(before);
    const out = workspace.file("longer");
    const forked = await workspace.run("fork", run, "--budget", "24", "--out", out, "--json");
    expect(forked, forked.stderr).toMatchObject({ code: 0 });
    expect(forked.stderr).toContain("18 of 24 evaluations spent");
    expect(forked.stderr).toContain("the test split was opened for the winner of run");
    const result = searchResultSchema.parse(JSON.parse(forked.stdout));
    expect(result).toMatchObject({
      forkedFrom: { searchId: "run", seq: at },
      evaluations: { evaluated: 24 },
    });

    const events = await journalOf(out);
    const bodies = (list: readonly SearchEvent[]) =>
      list.slice(1, at).map((event) => ({ ...event, searchId: "" }));
    expect(bodies(events)).toEqual(bodies(before));
    expect(new Set(events.map(({ searchId }) => searchId))).toEqual(new Set(["longer"]));
    expect(events[at]?.type).toBe("SearchResumed");
    // The parent's opened test stayed behind; the fork's own winner was measured.
    expect(events.filter(({ type }) => type === "TestOpened")).toHaveLength(1);
    expect(events.slice(-2).map(({ type }) => type)).toEqual(["TestOpened", "TestCompleted"]);
    expect([...completionsOf(events).values()].every((count) => count === 1)).toBe(true);
    expect(await journalOf(run)).toEqual(before);

    const replayed = await workspace.run("replay", out, "--json");
    expect(replayed, replayed.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(replayed.stdout)).toMatchObject({ isIdentical: true, takenOver: at });
  });

  it("goes another way with another seed, and runs no stored evaluation again", async () => {
    const run = await finishedRun("--searcher", "random", "--no-test");
    const before = await journalOf(run);
    const same = await workspace.run("fork", run, "--at-iteration", "1", "--out", "same");
    expect(same, same.stderr).toMatchObject({ code: 0 });
    const again = await journalOf(workspace.file("same"));
    expect(decisionsOf(again)).toEqual(decisionsOf(before));
    const taken = (again[0] as EventOf<"SearchStarted">).forkedFrom?.seq ?? 0;
    const sources = again
      .slice(taken)
      .flatMap((event) => (event.type === "EvaluationCompleted" ? [event.source] : []));
    expect(sources).toEqual(Array(12).fill("store"));

    const at = String(taken);
    const other = await workspace.run("fork", run, "--at", at, "--seed", "5", "--no-test");
    expect(other, other.stderr).toMatchObject({ code: 0 });
    const events = await journalOf(`${run}-at-${at}`);
    expect(decisionsOf(events)).not.toEqual(decisionsOf(before));
    expect(events.map(({ type }) => type)).not.toContain("TestOpened");
    expect(await readJson(join(`${run}-at-${at}`, "result.json"))).toMatchObject({
      ...{ status: "finished", evaluations: { evaluated: 18 } },
    });
    expect((await workspace.run("replay", `${run}-at-${at}`)).code).toBe(0);
  });

  it("continues any event, also in the middle of a batch, with another searcher and limit", async () => {
    const run = await copiedRun("--no-test");
    const events = await journalOf(run);
    const at = events.findIndex(({ type }) => type === "EvaluationStarted") + 1;
    const flags = ["--at", String(at), "--searcher", "evolution", "--max-macs", "300k"];
    const forked = await workspace.run("fork", run, ...flags, "--out", "fork", "--no-test");
    expect(forked, forked.stderr).toMatchObject({ code: 0 });
    const fork = workspace.file("fork");
    const result = searchResultSchema.parse(await readJson(join(fork, "result.json")));
    expect(result.evaluations.evaluated).toBe(18);
    expect(result.best?.cost.macs).toBeLessThanOrEqual(300_000);
    expect((await workspace.run("replay", fork)).code).toBe(0);
  });

  it("refuses what would contradict the events taken over, and leaves nothing", async () => {
    const run = await copiedRun("--no-test");
    const before = await readdir(workspace.path);
    const other = workspace.file("other.yaml");
    const manifest = await readFile(landscapeManifest, "utf8");
    await writeFile(other, manifest.replace("featureMix: 96", "featureMix: 95"));
    const refusals: readonly (readonly [flags: readonly string[], said: string])[] = [
      [["--at", "9999"], "--at: got 9999, allowed is 1 to"],
      [[], "--budget: got 18 from the search forked, allowed is more than 18, which are spent"],
      [["--at", "9", "--supernet", other], `--supernet: got ${other} (landscape), allowed is`],
      [["--at", "9", "--out", run], "already holds a search"],
    ];
    for (const [flags, said] of refusals) {
      expectRefusal(await workspace.run("fork", run, ...flags), said);
    }
    expectRefusal(await workspace.run("fork", workspace.file("none")), "no run directory");
    expect((await readdir(workspace.path)).sort()).toEqual([...before, "other.yaml"].sort());
  });

  it("does not mix results of other weights: such a fork leaves no run directory", async () => {
    const run = await copiedRun("--no-test");
    const before = await readdir(workspace.path);
    const other = workspace.file("other.yaml");
    const manifest = await readFile(landscapeManifest, "utf8");
    await writeFile(other, manifest.replace("seed: 7", "seed: 8"));
    const { code, stderr } = await workspace.run("fork", run, "--at", "9", "--supernet", other);
    expect(code, stderr).toBe(1);
    expect(stderr).toContain("its evaluation context is");
    expect((await readdir(workspace.path)).sort()).toEqual([...before, "other.yaml"].sort());
  });
});
