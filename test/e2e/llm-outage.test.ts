import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type ChatBehaviour,
  type ChatServer,
  type SeenRequest,
  startChatServer,
} from "@collm/llm/testing";
import { type SearchResult, searchResultSchema } from "@collm/report";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type Finished, landscapeManifest, Workspace } from "../support/collm.js";
import { processesIn } from "../support/processes.js";
import { readJson } from "../support/run-files.js";

const keys = ["planted-key-in-variable", "planted-key-in-file"] as const;
const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
/** Small networks by their kernels, two for each of the two rounds that a model answers. */
const kernels = [
  [3, 3, 3],
  [5, 3, 3],
  [3, 5, 3],
  [3, 3, 5],
];

/**
 * A model that fails once with the key in its error, says the key in an answer, answers for two rounds
 * and is gone for ever when it is asked for the third.
 */
async function startDoomed(): Promise<ChatServer> {
  let gone: Promise<void> | undefined;
  const server = await startChatServer(
    ({ authorization = "", body }: SeenRequest, index): ChatBehaviour => {
      const key = authorization.replace("Bearer ", "");
      if (index === 0) {
        return { kind: "status", status: 500, body: { error: { message: `no quota for ${key}` } } };
      }
      if (index > 4) {
        gone ??= server.close();
        return { kind: "hang" };
      }
      const at = index <= 2 ? 0 : 2;
      const candidates = kernels.slice(at, at + 2).map((sizes) => ({
        ks: sizes.flatMap((size) => [size, 0, 0]),
        e: sizes.flatMap(() => [1, 0, 0]),
        d: [1, 1, 1],
        r: 12,
      }));
      const isGenerator = Object(body.response_format).type === "json_schema";
      const text = isGenerator ? JSON.stringify({ candidates }) : `Go deep, says ${key}.`;
      const pieces = [text.slice(0, 20), text.slice(20)];
      return { kind: "answer", pieces, reasoning: `They gave me ${key}.`, usage };
    },
  );
  onTestFinished(() => gone ?? server.close());
  return server;
}

/** Everything in the run directory, by path. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, "latin1")));
  return new Map(paths.map((path, i) => [path, texts[i] ?? ""]));
}

describe("an endpoint that is gone from iteration 3 on", { timeout: 120_000 }, () => {
  let workspace: Workspace;
  beforeEach(async () => {
    workspace = await Workspace.create();
    const keyFile = workspace.file("key");
    await writeFile(keyFile, `${keys[1]}\n`);
    workspace.env = {
      COLLM_NAVIGATOR_API_KEY: keys[0],
      COLLM_GENERATOR_API_KEY_FILE: keyFile,
      // The first call is asked for again; later each costs a wait.
      COLLM_NAVIGATOR_RETRIES: "1",
      COLLM_GENERATOR_RETRIES: "0",
    };
  });
  afterEach(async () => {
    expect(await processesIn(workspace.path)).toEqual([]);
    await workspace.remove();
  });

  async function search(fallback: string): Promise<{
    readonly finished: Finished;
    readonly result: SearchResult;
    readonly server: ChatServer;
    readonly everything: string;
  }> {
    const server = await startDoomed();
    const run = workspace.file(`run${fallback}`);
    const finished = await workspace.run(
      "search",
      ...["--supernet", landscapeManifest, "--out", run, "--max-macs", "400k", "--json"],
      ...[
        "--iterations",
        "4",
        "--candidates",
        "2",
        "--llm",
        `openai:m@${server.baseUrl}${fallback}`,
      ],
    );
    const files = await filesIn(run);
    for (const name of [
      "events.jsonl",
      "report.html",
      "logs/navigator.log",
      "logs/generator.log",
    ]) {
      expect(files.get(join(run, name))).toBeTruthy();
    }
    const result = searchResultSchema.parse(await readJson(join(run, "result.json")));
    const everything = [finished.stdout, finished.stderr, ...files.values()].join("\n");
    return { finished, result, server, everything };
  }

  it("leaves a search that ends on its fallback and says so, and its keys nowhere", async () => {
    const [backed, bare] = await Promise.all([search(",heuristic"), search("")]);
    for (const { finished, result, server, everything } of [backed, bare]) {
      expect(finished).toMatchObject({ code: 0 });
      expect(result).toMatchObject({ status: "finished", finishReason: "iterations" });
      expect(result.best).toBeDefined();
      expect(result.evaluations.evaluated).toBeGreaterThanOrEqual(6);
      expect(new Set(result.degraded.map(({ iteration }) => iteration))).toEqual(new Set([3, 4]));
      expect(result.llm.navigator).toMatchObject({ inputTokens: 200, outputTokens: 20 });
      expect(result.llm.generator).toMatchObject({ inputTokens: 200, outputTokens: 20 });
      expect(result.ledger?.total.tokens).toBe(440);
      const sent = server.seen.map(({ authorization }) => authorization);
      expect(new Set(sent)).toEqual(new Set(keys.map((key) => `Bearer ${key}`)));
      expect(everything).toContain("no quota for [key]");
      for (const key of keys) expect(everything).not.toContain(key);
    }
    expect(new Set(backed.result.degraded.map(({ fallback }) => fallback))).toEqual(
      new Set(["played by heuristic"]),
    );
    expect(backed.result.roles.navigator).toMatchObject({ kind: "mixed" });
    expect(backed.finished.stderr).toContain(
      "roles     navigator was played by heuristic 2 times, generator was played by heuristic 2 times (see the report)",
    );
    expect(bare.result.degraded.map(({ role }) => role)).toEqual([
      "navigator",
      "generator",
      "navigator",
      "generator",
    ]);
    expect(bare.finished.stderr).toContain(
      "roles     navigator failed 2 times, generator failed 2 times; uniform sampling stood in for its candidates (see the report)",
    );
  });
});
