import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ChatBehaviour,
  type ChatScript,
  type ChatServer,
  type SeenRequest,
  startChatServer,
} from "@collm/llm/testing";
import { columnName, writeTable } from "@collm/nas-bench-201";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { landscapeManifest, Workspace } from "../support/collm.js";

const rows = 300;

/** A table of some architectures, in which every 3x3 convolution adds five percent. */
async function writeSyntheticTable(folder: string): Promise<string> {
  const architectures = new Uint8Array(rows * 6);
  const accuracy = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const code = row * 52;
    for (let edge = 0; edge < 6; edge++) {
      architectures[row * 6 + edge] = Math.floor(code / 5 ** edge) % 5;
    }
    const convolutions = architectures.subarray(row * 6, row * 6 + 6).filter((op) => op === 3);
    accuracy[row] = 60 + 5 * convolutions.length + row / 1_000;
  }
  const seconds = new Float64Array(rows).fill(1);
  await mkdir(folder, { recursive: true });
  await writeTable(join(folder, "small.table"), {
    architectures,
    columns: new Map([
      [columnName("cifar10-valid", 200, "valid-accuracy"), accuracy],
      [columnName("cifar10-valid", 200, "train-all-time"), seconds],
      [columnName("cifar10", 200, "test-accuracy"), accuracy],
      [columnName("cifar10", 200, "train-all-time"), seconds],
    ]),
    provenance: { source: "synthetic" },
  });
  const manifest = join(folder, "small.yaml");
  await writeFile(manifest, "family: table\ntable: ./small.table\ndataSet: cifar10\n");
  return manifest;
}

/** Ranks what a request shows by the number of its 3x3 convolutions. */
function rankingOf({ body }: SeenRequest): string {
  const messages = body.messages as readonly { readonly content: string }[];
  const shown = [...(messages[1]?.content ?? "").matchAll(/^(N\d+): (\{.*\})$/gm)];
  const convolutions = ([, , text]: RegExpExecArray | RegExpMatchArray): number =>
    (text ?? "").split("conv3x3").length;
  const order = [...shown].sort((a, b) => convolutions(b) - convolutions(a));
  return JSON.stringify({ ranking: order.map(([, label]) => label) });
}

const usage = { prompt_tokens: 900, completion_tokens: 60, total_tokens: 960 };
const answer = (text: string): ChatBehaviour => ({ kind: "answer", pieces: [text], usage });
const dead: ChatBehaviour = { kind: "status", status: 401, body: { error: { message: "no" } } };

describe("collm rank", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  let manifest: string;
  let server: ChatServer | undefined;
  beforeEach(async () => {
    workspace = await Workspace.create();
    manifest = await writeSyntheticTable(workspace.file("table"));
    server = undefined;
  });
  afterEach(async () => {
    await server?.close();
    await workspace.remove();
  });

  async function rank(...args: readonly string[]) {
    const finished = await workspace.run("rank", "--supernet", manifest, ...args);
    return { ...finished, result: finished.stdout === "" ? {} : JSON.parse(finished.stdout) };
  }

  async function serve(script: ChatScript): Promise<readonly string[]> {
    server = await startChatServer(script);
    return ["--llm", `openai:test-model@${server.baseUrl}`, "--out", workspace.file("out")];
  }

  it("ranks by trivial scores alone without a model, and says so", async () => {
    const { code, stderr, result } = await rank("--trials", "5", "--json");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("no --llm: trivial scores only");
    expect(result.llm).toBeNull();
    expect(result.protocols).toMatchObject([
      { protocol: "deciles", trials: 5, pool: { architectures: rows } },
      { protocol: "top-decile", trials: 5, pool: { architectures: rows / 10 } },
    ]);
    expect(result.protocols[0].scores[0].tau.mean).toBeGreaterThan(0.5);
  });

  it("asks a model, counts what is no ranking, and leaves every exchange without the key", async () => {
    workspace.env = { COLLM_RANK_API_KEY: "s3cret-key" };
    const model = await serve((request, index) =>
      index === 1 ? answer("They all look alike to me.") : answer(rankingOf(request)),
    );
    const { code, stderr, result } = await rank(
      ...[...model, "--protocol", "deciles", "--trials", "6", "--concurrency", "1", "--json"],
    );
    expect(code, stderr).toBe(0);
    const [{ model: numbers }] = result.protocols;
    expect(numbers).toMatchObject({
      trials: 6,
      ranked: 5,
      unparsable: 1,
      unparsableReasons: [{ reason: "it names no label", count: 1 }],
      unanswered: 0,
      usage: { inputTokens: 6 * 900, outputTokens: 6 * 60 },
      comparison: { pairs: 5 },
    });
    expect(numbers.result.tau.mean).toBeGreaterThan(0.7);
    expect(stderr).toContain("5 of 6 trials ranked, 1 unparsable, 0 without an answer");

    expect(server?.seen[0]?.authorization).toBe("Bearer s3cret-key");
    const exchanges = await readFile(workspace.file("out/exchanges.jsonl"), "utf8");
    const lines = exchanges
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ kind }) => kind)).toEqual(["settings", ...Array(6).fill("trial")]);
    expect(lines[1]).toMatchObject({
      verdict: { kind: "ranked" },
      exchanges: [{ request: { body: { model: "test-model" } }, answer: expect.any(String) }],
    });
    const markdown = await readFile(workspace.file("out/ranking.md"), "utf8");
    const json = await readFile(workspace.file("out/ranking.json"), "utf8");
    expect(markdown).toContain("| test-model ");
    expect(JSON.parse(json)).toEqual(result);
    for (const text of [exchanges, markdown, json, stderr]) expect(text).not.toContain("s3cret");
  });

  it("goes on where it stopped, and asks failed trials again", async () => {
    let isDead = false;
    const model = await serve((request, index) => {
      isDead ||= index === 2;
      return isDead ? dead : answer(rankingOf(request));
    });
    const args = [...model, "--protocol", "deciles", "--trials", "8", "--concurrency", "1"];
    const stopped = await rank(...args);
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toContain("3 trials in a row had no answer");
    expect(stopped.stderr).toContain("6 trials have no answer");
    // Two answers and three refusals; the other three were not even tried.
    expect(server?.seen).toHaveLength(5);

    isDead = false;
    const before = server?.seen.length ?? 0;
    // The script's index has passed 2 by now, so the server answers.
    const done = await rank(...args, "--json");
    expect(done.code, done.stderr).toBe(0);
    expect(server?.seen.length).toBe(before + 6);
    expect(done.result.protocols[0].model).toMatchObject({
      ranked: 8,
      unanswered: 0,
      requests: 11,
    });

    const again = await rank(...args, "--json");
    expect(server?.seen.length).toBe(before + 6);
    expect(again.result).toEqual(done.result);

    const other = await rank(...args, "--seed", "1");
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("seed: got 1, and the answers there were given for 0");
  });

  it("tries again after an error of the server, and names a directory by itself", async () => {
    const [llm = "", spec = ""] = await serve((request, index) =>
      index === 0
        ? { kind: "status", status: 503, headers: { "retry-after-ms": "1" } }
        : answer(rankingOf(request)),
    );
    const { code, result, stderr } = await rank(
      ...[llm, spec, "--protocol", "top-decile", "--trials", "2", "--concurrency", "1", "--json"],
    );
    expect(code, stderr).toBe(0);
    const [, directory = ""] = /exchanges in (runs\/rank-[0-9a-f]{12})\//.exec(stderr) ?? [];
    const json = await readFile(join(workspace.path, directory, "ranking.json"), "utf8");
    expect(JSON.parse(json)).toEqual(result);
    expect(result.protocols[0].model).toMatchObject({ ranked: 2, requests: 3 });
  });

  it.each([
    [["--trials", "none"], '--trials: got "none", allowed is a whole number from 1 to 100000'],
    [["--candidates", "40"], "--candidates: got 40, allowed for top-decile are at most the 30"],
    [["--llm", "heuristic"], '--llm: got "heuristic", allowed is openai:MODEL@BASE_URL'],
    [["--supernet", landscapeManifest], "--supernet: got "],
  ])("refuses %j", async (args, message) => {
    const { code, stderr, stdout } = await rank(...args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n"), stderr).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });
});
