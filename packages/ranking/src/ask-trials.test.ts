import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChatBackend, type ChatOutcome, noTokens } from "@collm/llm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AskOptions, askTrials } from "./ask-trials.js";
import { labelOf } from "./conversation.js";
import { drawTrials } from "./draw.js";
import { type ExchangeFile, openExchangeFile } from "./exchange-file.js";
import { testPool } from "./pool.fixture.js";
import { loadRankingPrompts } from "./prompts.js";

const pool = testPool();
const trials = drawTrials(pool, "deciles", { seed: 0, candidates: 3, isFixed: false }, 12);
const prompts = await loadRankingPrompts("default");

let folder: string;
let file: ExchangeFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-ranking-"));
  file = await openExchangeFile(join(folder, "exchanges.jsonl"), {});
});
afterEach(async () => {
  await file.close();
  await rm(folder, { recursive: true });
});

const attempt = {
  backend: "openai",
  body: {},
  model: "m",
  reasoning: "",
  isCutOff: false,
  usage: noTokens,
  seconds: 0,
};

function answered(text: string): ChatOutcome {
  return { kind: "answered", text, attempts: [{ ...attempt, text }], seconds: 0 };
}

function failed(code: "unavailable" | "failed-precondition" | "cancelled", text = ""): ChatOutcome {
  const attempts = [{ ...attempt, text, error: "no" }];
  return { kind: "failed", code, reason: "no", isRetryable: false, attempts, seconds: 0 };
}

function optionsFor(
  complete: ChatBackend["complete"],
  change: Partial<AskOptions> = {},
): AskOptions {
  return {
    backend: { name: "test", model: "m", complete },
    prompts,
    space: pool.space,
    temperature: 0,
    maxOutputTokens: 100,
    concurrency: 1,
    signal: new AbortController().signal,
    ...change,
  };
}

const order = [2, 0, 1].map(labelOf).join(" > ");

describe("askTrials", () => {
  it("has at most as many requests under way as it may, and asks for every trial once", async () => {
    let [underWay, most] = [0, 0];
    const options = optionsFor(
      async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
        return answered(order);
      },
      { concurrency: 3 },
    );
    const { records, stopped } = await askTrials(trials, file, options);
    expect(most).toBe(3);
    expect(stopped).toBeUndefined();
    const indices = records.map(({ trial }) => trial);
    expect(indices.sort((a, b) => a - b)).toEqual(trials.map(({ index }) => index));
    expect(records.every(({ verdict }) => verdict.kind === "ranked")).toBe(true);
  });

  it("takes a model's refusal for an answer and a silent endpoint for none", async () => {
    const outcomes = [failed("failed-precondition", "I will not."), failed("unavailable")];
    const options = optionsFor(async () => outcomes.shift() ?? answered(order));
    const { records } = await askTrials(trials.slice(0, 3), file, options);
    const kinds = records.map(({ verdict }) => verdict.kind);
    expect(kinds).toEqual(["unparsable", "failed", "ranked"]);
  });

  it("says that an unreadable answer was cut off", async () => {
    const cut: ChatOutcome = {
      kind: "answered",
      text: "N1 >",
      attempts: [{ ...attempt, text: "N1 >", isCutOff: true }],
      seconds: 0,
    };
    const { records } = await askTrials(
      trials.slice(0, 1),
      file,
      optionsFor(async () => cut),
    );
    expect(records[0]?.verdict).toEqual({
      kind: "unparsable",
      reason: "it holds no list of labels; it was cut off at the token limit",
    });
  });

  it("gives up on an endpoint that fails in a row, not on one that fails now and then", async () => {
    let asked = 0;
    const sometimes = optionsFor(async () =>
      asked++ % 3 < 2 ? failed("unavailable") : answered(order),
    );
    expect((await askTrials(trials, file, sometimes)).stopped).toBeUndefined();
    expect(asked).toBe(12);
    asked = 0;
    const never = optionsFor(async () => {
      asked++;
      return failed("unavailable");
    });
    const { stopped } = await askTrials(trials, file, never);
    expect(stopped).toContain("3 trials in a row had no answer, the last one because no");
    expect(asked).toBe(3);
  });

  it("asks for nothing more once it is interrupted, and blames nobody", async () => {
    const controller = new AbortController();
    const options = optionsFor(
      async () => {
        controller.abort();
        return failed("cancelled");
      },
      { signal: controller.signal, concurrency: 4 },
    );
    const { records, stopped } = await askTrials(trials, file, options);
    expect(records).toHaveLength(1);
    expect(stopped).toBe("it was interrupted");
  });
});
