import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ChatBackend, ChatOutcome, ChatRequest } from "../chat-backend.js";
import {
  createRoleBackend,
  type RoleAsking,
  type RolePlayer,
} from "../endpoint/create-role-backend.js";
import type { ChatBehaviour, ChatScript } from "../testing/chat-behaviour.js";
import { startChatServer } from "../testing/chat-server.js";
import { question } from "../testing/scripted-backend.js";
import { openRecordingFolder, readRecordings } from "./recordings.js";

const apiKey = "planted-recorded-key";
const never = new AbortController().signal;
const asking = { timeoutMs: 5_000, retries: 1, backoffMs: 1 };
const responseSchema = { type: "object", properties: { a: { type: "array" } }, required: ["a"] };

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "collm-recordings-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function ask(content: string, change: Partial<ChatRequest> = {}): ChatRequest {
  const messages = [{ role: "system", content: "Be\nbrief." } as const];
  return { ...question, messages: [...messages, { role: "user", content }], ...change };
}

/** What a role's backend made of these gave for the requests, one after the other. */
async function outcomes(
  players: readonly [RolePlayer, ...RolePlayer[]],
  requests: readonly ChatRequest[],
  change: Partial<RoleAsking> = {},
): Promise<readonly ChatOutcome[]> {
  const backend = await createRoleBackend(players, { ...asking, ...change });
  const given: ChatOutcome[] = [];
  for (const request of requests) given.push(await backend.complete(request, never));
  return given;
}

/** Records what a server that behaves so answers; it is gone afterwards. */
async function record(
  folder: string,
  script: ChatScript,
  requests: readonly ChatRequest[],
  player: Partial<RolePlayer> = {},
): Promise<readonly ChatOutcome[]> {
  const server = await startChatServer(script, { flavour: "vllm" });
  const endpoint = { kind: "vllm", baseUrl: server.baseUrl, model: "m", ...player } as RolePlayer;
  const given = await outcomes([endpoint], requests, { recordDirectory: folder });
  await server.close();
  return given;
}

function replayOf(directory: string, isStrict = false): RolePlayer {
  return { kind: "replay", name: "conversations", directory, isStrict };
}

/** What a caller can see of an outcome, but for who gave it and how long that took. */
function told({ attempts, seconds: _, ...outcome }: ChatOutcome) {
  return {
    ...outcome,
    attempts: attempts.map(({ wire: _, backend: __, errorType: ___, ...others }) => others),
  };
}

const says = (text: string): ChatBehaviour => ({ kind: "answer", pieces: [text] });

describe("a recorded backend", () => {
  it("is replayed with all of its attempts, failures, reasoning, tokens and prices, and no key", async () => {
    const folder = await temporaryFolder();
    const price = { input: 1, output: 2 };
    const behaviours: readonly ChatBehaviour[] = [
      { kind: "status", status: 400, body: { error: { message: "no json_schema here" } } },
      { kind: "status", status: 503, body: { error: { message: `busy, ${apiKey}` } } },
      {
        kind: "answer",
        pieces: [`{"a":\n`, ` ["${apiKey}"]}`],
        reasoning: `I was\ntold ${apiKey}`,
        usage: { prompt_tokens: 700, completion_tokens: 90 },
      },
      { kind: "status", status: 401, body: { error: { message: `bad key ${apiKey}` } } },
      { kind: "answer", pieces: ["cut"], finish: "length" },
    ];
    const requests = [ask("One.", { responseSchema, topP: 0.9 }), ask("Two."), ask("Three.")];
    const script: ChatScript = (_, index) => behaviours[index] as ChatBehaviour;
    const recorded = await record(folder, script, requests, { apiKey, price });
    expect(recorded.map(({ kind, attempts }) => [kind, attempts.length])).toEqual([
      ["answered", 3],
      ["failed", 1],
      ["answered", 1],
    ]);

    const pieces: string[] = [];
    const replayed = await outcomes(
      [replayOf(folder)],
      requests.map((request) => ({ ...request, onText: (piece) => pieces.push(piece) })),
    );
    expect(replayed.map(told)).toEqual(recorded.map(told));
    expect(new Set(replayed.flatMap(({ attempts }) => attempts.map((a) => a.backend)))).toEqual(
      new Set(["replay"]),
    );
    expect(pieces.slice(0, 2)).toEqual(["I was\ntold [key]", '{"a":\n ["[key]"]}']);

    const names = await readdir(folder);
    expect(names.map((name) => name.slice(0, 5))).toEqual(["0001-", "0002-", "0003-"]);
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
    expect(texts.join("")).not.toContain(apiKey);
    // Readable in a diff: an answer's lines are lines, and no conversation is repeated.
    expect(texts[0]).toContain('        "{\\"a\\":",\n        " [\\"[key]\\"]}"\n');
    expect(texts[0]?.match(/One\./g)).toHaveLength(1);
    expect(texts[0]?.match(/"properties"/g)).toHaveLength(1);
  });

  it("holds no key that the user put into a request himself", async () => {
    const folder = await temporaryFolder();
    const extraBody = { metadata: { token: `Bearer ${apiKey}` } };
    await record(folder, [says("Yes.")], [ask("Well?")], { apiKey, extraBody });
    const [name = ""] = await readdir(folder);
    expect(await readFile(join(folder, name), "utf8")).toContain('"token": "Bearer [key]"');
  });

  it("is made by several processes at once, each file whole", async () => {
    const folder = await temporaryFolder();
    const writers = await Promise.all(
      [1, 2, 3].map(() => openRecordingFolder(folder, (text) => text)),
    );
    const adding = writers.flatMap((writer, w) =>
      Array.from({ length: 8 }, (_, i) =>
        writer.add({
          request: ask(i % 2 ? "same" : `${w}.${i}`),
          outcome: {
            kind: "failed",
            code: "unavailable",
            reason: `${w}.${i}`,
            isRetryable: true,
            attempts: [],
            seconds: 0,
          },
        }),
      ),
    );
    await Promise.all(adding);
    const reasons = (await readRecordings(folder)).map(({ outcome }) => Object(outcome).reason);
    expect(new Set(reasons).size).toBe(24);
    expect(await readdir(folder)).toHaveLength(24);
  });
});

describe("a replay", () => {
  it("gives recordings of one request in order, and from the first again", async () => {
    const folder = await temporaryFolder();
    const same = ask("Again.");
    const script: ChatScript = (_, index) => says(`answer ${index}`);
    await record(folder, script, [same, ask("Other."), same]);
    const texts = await outcomes([replayOf(folder)], [same, same, same]);
    expect(texts.map((outcome) => Object(outcome).text)).toEqual([
      ...["answer 0", "answer 2", "answer 0"],
    ]);
  });

  it("prefers an equal request to the same conversation with other parameters", async () => {
    const folder = await temporaryFolder();
    const [cold, warm] = [ask("How?", { temperature: 0 }), ask("How?", { temperature: 1 })];
    await record(folder, (_, index) => says(`answer ${index}`), [cold, warm]);
    const other = ask("How?", { temperature: 0.5 });
    const given = await outcomes([replayOf(folder)], [warm, other, other]);
    expect(given.map((outcome) => Object(outcome).text)).toEqual([
      ...["answer 1", "answer 0", "answer 1"],
    ]);
    await expect(outcomes([replayOf(folder, true)], [other])).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(
        /0001-.* differs first in temperature: recorded 0, asked 0.5$/,
      ),
    });
  });

  it("never answers anything else: it names what was asked and how the nearest differs", async () => {
    const folder = await temporaryFolder();
    const lines = (last: string) => `First line.\nThe best has 71.2 %${last}`;
    await record(folder, [says("Yes.")], [ask("Else."), ask(lines(" so far.")), ask("Third.")]);
    const [missed] = await outcomes([replayOf(folder)], [ask(lines(" at last."))]);
    expect(missed).toMatchObject({
      kind: "failed",
      ...{ code: "failed-precondition", isRetryable: false, attempts: [] },
    });
    const names = await readdir(folder);
    expect(Object(missed).reason).toMatch(/^no recording of request [0-9a-f]{12} in /);
    expect(Object(missed).reason).toContain(
      `${folder}: of 3 the nearest is ${names[1]}, which differs first in message 2, line 2: ` +
        `recorded "The best has 71.2 % so far.", asked "The best has 71.2 % at last."`,
    );
    const strict = createRoleBackend([replayOf(folder, true)], asking);
    await expect((await strict).complete(ask("Else"), never)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/^replay: no recording of request/),
    });
  });

  it("goes on where its recordings end, and adds to them what a model then says", async () => {
    const folder = await temporaryFolder();
    await record(folder, [says("Recorded.")], [ask("Old.")]);
    const server = await startChatServer([says("Live.")]);
    onTestFinished(() => server.close());
    const players = [replayOf(folder), { baseUrl: server.baseUrl, model: "m" }] as const;
    const requests = [ask("Old."), ask("New.")];
    for (const asked of [1, 1]) {
      const given = await outcomes(players, requests, { recordDirectory: folder });
      expect(given.map((outcome) => Object(outcome).text)).toEqual(["Recorded.", "Live."]);
      expect(server.seen).toHaveLength(asked);
      expect(await readdir(folder)).toHaveLength(2);
    }
  });

  it("does not give again that somebody stopped waiting", async () => {
    const folder = await temporaryFolder();
    const server = await startChatServer([{ kind: "hang" }]);
    onTestFinished(() => server.close());
    const endpoint = { baseUrl: server.baseUrl, model: "m" };
    const backend = await createRoleBackend([endpoint], { ...asking, recordDirectory: folder });
    const caller = new AbortController();
    const outcome = backend.complete(ask("Well?"), caller.signal);
    await expect.poll(() => server.seen.length).toBe(1);
    caller.abort();
    expect(await outcome).toMatchObject({ kind: "failed", code: "cancelled" });
    expect(await readRecordings(folder)).toMatchObject([{ outcome: { attempts: { length: 1 } } }]);
    expect(await outcomes([replayOf(folder)], [ask("Well?")])).toMatchObject([
      { kind: "failed", reason: expect.stringContaining("it holds none") },
    ]);
  });

  it("refuses a folder that is not there, and a damaged recording by its name", async () => {
    const folder = await temporaryFolder();
    const open = (directory: string): Promise<ChatBackend> =>
      createRoleBackend([replayOf(directory)], asking);
    await expect(open(join(folder, "none"))).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringMatching(/none: no such file or directory$/),
    });
    await record(folder, [says("Yes.")], [ask("Well?")]);
    const [name = ""] = await readdir(folder);
    const path = join(folder, name);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace('"temperature": 0.6', '"temperature": "warm"'));
    await expect(open(folder)).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringContaining(`${name}: request.temperature: got "warm"`),
    });
    await writeFile(path, text.slice(0, -20));
    await expect(open(folder)).rejects.toMatchObject({ code: "data-loss" });
  });

  it("keeps giving answers that could not be recorded, and says so", async () => {
    const folder = join(await temporaryFolder(), "gone");
    const server = await startChatServer([says("Yes.")]);
    onTestFinished(() => server.close());
    const problems: string[] = [];
    const onProblem = (problem: string) => void problems.push(problem);
    const backend = await createRoleBackend([{ baseUrl: server.baseUrl, model: "m" }], {
      ...{ ...asking, recordDirectory: folder, onProblem },
    });
    await rm(folder, { recursive: true });
    expect(await backend.complete(ask("Well?"), never)).toMatchObject({ text: "Yes." });
    expect(problems).toEqual([expect.stringMatching(/^not recorded: recordings .*gone: no such/)]);
  });
});
