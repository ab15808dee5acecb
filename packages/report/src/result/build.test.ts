import { archive, best, foldEvents, type SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import type { TwoRoles } from "../testing/fake-roles.js";
import { continueFixture, runFixture, withTestOpened } from "../testing/fixture.js";
import { buildResult } from "./build.js";
import { searchResultSchema } from "./schema.js";

describe("buildResult", () => {
  it("keeps to its schema at every point of a search", async () => {
    const events = await runFixture({ config: { budget: 20, iterations: 4 } });
    for (let length = 1; length <= events.length; length++) {
      searchResultSchema.parse(buildResult(events.slice(0, length)));
    }
  });

  it("tells the winner that the folds of the search tell", async () => {
    const events = await runFixture({ config: { budget: 40 } });
    const winner = best(foldEvents(events));
    const result = buildResult(events);
    expect(result.best).toMatchObject({
      canonical: winner?.architecture.canonical,
      candidateId: winner?.id,
      validation: { top1Percent: winner?.status.result.top1Percent, images: 10_000 },
      cost: winner?.cost,
    });
    expect(result.status).toBe("finished");
    expect(result.finishReason).toBe("budget");
    expect(result.perIteration.at(-1)?.validation.bestSoFarTop1Percent).toBe(
      winner?.status.result.top1Percent,
    );
  });

  it("counts the same in the funnel, the evaluations, the iterations and the rejections", async () => {
    const result = buildResult(await runFixture({ config: { budget: 60 } }));
    const { funnel, rejections, evaluations } = result;
    expect(funnel.proposed - funnel.parsed).toBe(rejections.unparsable);
    expect(funnel.parsed - funnel.legal).toBe(rejections.illegal);
    expect(funnel.legal - funnel.novel).toBe(rejections.duplicate);
    expect(funnel.novel - funnel.evaluated).toBe(rejections["over-limit"] + rejections.surplus);
    expect(evaluations.evaluated).toBe(60);
    expect(result.perIteration.reduce((sum, { evaluated }) => sum + evaluated, 0)).toBe(60);
  });

  it("charges stored results to the budget and not to the evaluators", async () => {
    const events = await runFixture({ config: { budget: 60 } });
    const result = buildResult(events);
    const seconds = archive(foldEvents(events)).reduce((s, t) => s + t.status.result.seconds, 0);
    expect(result.evaluations.fromStore).toBeGreaterThan(0);
    expect(result.storedSeconds).toBeGreaterThan(0);
    expect(result.evaluatorSeconds + result.storedSeconds).toBeCloseTo(seconds, 2);
  });

  it("charges a stored result whose evaluation this search had started", async () => {
    const events = await runFixture({ config: { budget: 60 } });
    const before = buildResult(events);
    const stored = events.find(
      (event) => event.type === "EvaluationCompleted" && event.source === "store",
    );
    if (stored?.type !== "EvaluationCompleted") throw new Error("no result came from the store");
    const { iteration, candidateId, key } = stored;
    const started = { ...stored, type: "EvaluationStarted", iteration, candidateId, key } as const;
    const after = buildResult(
      events.toSpliced(events.indexOf(stored), 0, started).map((event, i) => ({
        ...event,
        seq: i + 1,
      })),
    );
    expect(after.evaluatorSeconds).toBeCloseTo(before.evaluatorSeconds + stored.result.seconds, 3);
    expect(after.storedSeconds).toBeCloseTo(before.storedSeconds - stored.result.seconds, 3);
  });

  it("has a test accuracy only after the test split was opened", async () => {
    const events = await runFixture({ config: { budget: 10 } });
    expect(buildResult(events).test).toBeUndefined();
    expect(buildResult(withTestOpened(events)).test).toEqual({
      canonical: buildResult(events).best?.canonical,
      top1Percent: 77.5,
      top5Percent: 93.5,
      images: 5_000,
    });
  });

  it("sums the usage of each role and labels a heuristic, which is no language model", async () => {
    const config = { budget: 20, iterations: 4 };
    const asked = buildResult(await runFixture({ config }));
    expect(asked.roles.navigator).toEqual({ backend: "openai:qwen3-32b", kind: "language-model" });
    expect(asked.llm.navigator).toMatchObject({ requests: 2, reasoningTokens: 240 });
    expect(asked.llmSeconds).toBeCloseTo(31, 3);

    const roleNames = { navigator: "heuristic", generator: "heuristic" };
    const ruled = buildResult(await runFixture({ config, roleNames }));
    expect(ruled.roles.navigator?.kind).toBe("heuristic");
    expect(ruled.llm.navigator?.requests).toBe(0);
    expect(ruled.llmSeconds).toBe(0);
  });

  it("names an interruption, and forgets it when the search goes on", async () => {
    const events: SearchEvent[] = await runFixture({
      config: { budget: 20 },
      stopAt: { events: 12, request: { kind: "shutdown", reason: "SIGTERM" } },
    });
    expect(buildResult(events)).toMatchObject({ status: "interrupted", interruption: "SIGTERM" });
    await continueFixture(events);
    const result = buildResult(events);
    expect(result.status).toBe("finished");
    expect(result.interruption).toBeUndefined();
  });

  it("counts the requests of a model that is alone as the navigator's", async () => {
    const events = await runFixture({ config: { searcher: "sillm", budget: 20, iterations: 2 } });
    const result = buildResult(events);
    expect(Object.keys(result.roles)).toEqual(["navigator"]);
    expect(result.llm).toMatchObject({ navigator: { requests: 2 } });
    expect(result.best?.origin).toBe("navigator");
  });

  it("lists every time a role failed, with what happened instead", async () => {
    const silent: TwoRoles = {
      proposeStrategy: async () => ({ kind: "failed", reason: "timeout", exchanges: [] }),
      proposeCandidates: async () => ({ kind: "answered", value: [], exchanges: [] }),
    };
    const events = await runFixture({ config: { budget: 10 }, roles: silent });
    expect(buildResult(events).degraded.slice(0, 2)).toEqual([
      {
        iteration: 1,
        role: "navigator",
        reason: "timeout",
        fallback: "there is no strategy yet, any candidates are asked for",
      },
      expect.objectContaining({ iteration: 1, role: "generator" }),
    ]);
  });

  it("counts what failed requests cost, and those that the token limit cut off", async () => {
    const usage = { inputTokens: 10, cachedInputTokens: 4, outputTokens: 5, reasoningTokens: 3 };
    const asked = { backend: "openai", model: "m", request: {}, answer: "", usage, seconds: 2 };
    const roles: TwoRoles = {
      proposeStrategy: async () => ({
        kind: "failed",
        reason: "refused",
        exchanges: [
          { ...asked, error: "overloaded" },
          { ...asked, error: "refused" },
        ],
      }),
      proposeCandidates: async () => ({
        kind: "answered",
        value: [{ text: "{", problem: "no JSON" }],
        exchanges: [
          { ...asked, error: "overloaded" },
          { ...asked, isCutOff: true },
        ],
      }),
    };
    const { llm, llmSeconds } = buildResult(await runFixture({ config: { iterations: 1 }, roles }));
    const cost = {
      requests: 2,
      inputTokens: 20,
      cachedInputTokens: 8,
      outputTokens: 10,
      reasoningTokens: 6,
      seconds: 4,
    };
    expect(llm).toEqual({
      navigator: { ...cost, failed: 2, cutOff: 0 },
      generator: { ...cost, failed: 1, cutOff: 1 },
    });
    expect(llmSeconds).toBe(8);
  });

  it("refuses a journal without SearchStarted", () => {
    expect(() => buildResult([])).toThrow("0 events without SearchStarted");
  });
});
