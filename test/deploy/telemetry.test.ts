import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeWithNats } from "@collm/events/testing";
import { defaultSearchConfig, parseSearchId, type SearchEvent } from "@collm/search";
import { collm, common, genAi, idsFrom } from "@collm/tracing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { until } from "../support/poll.js";
import { deployedPrometheus, hasPrometheus, root, TestPrometheus } from "../support/prometheus.js";
import { metricsIn, queriesOf, readDashboards } from "./dashboards.js";
import { ObservedDeployment } from "./observed-deployment.js";

const searchId = parseSearchId("observed-search");
const documentation = join(root, "docs/observability.md");
const config = {
  ...defaultSearchConfig("collm"),
  ...{ iterations: 3, candidatesPerIteration: 4 },
};

describeWithNats("a deployment that is observed", () => {
  let deployment: ObservedDeployment;
  let prometheus: TestPrometheus | undefined;
  const events: SearchEvent[] = [];

  beforeAll(async () => {
    deployment = await ObservedDeployment.start();
    const { client, services, metricsPages } = deployment;
    if (hasPrometheus) prometheus = await TestPrometheus.start(metricsPages);
    await client.start(searchId, config, "landscape");
    for await (const event of client.follow(searchId, new AbortController().signal)) {
      events.push(event);
      // Its successor takes the search over.
      if (event.type === "EvaluationCompleted" && event.candidateId === "1.1") {
        const release = deployment.holdModels();
        await services.coordinator.replace();
        // It does not end before Prometheus has seen it run there.
        await prometheus?.until("sum(collm_searches_running) and sum(up) == 4", 1);
        release();
      }
    }
    await client.openTest(searchId);
  }, 120_000);
  afterAll(async () => {
    await prometheus?.stop();
    await deployment?.stop();
  }, 60_000);

  it("exports one trace from the search to each request to a model and each evaluation", async () => {
    const { collector } = deployment;
    const { spans } = collector;
    await until("the whole trace", () => {
      const isWhole = spans.every((span) => collector.pathOf(span).startsWith("/"));
      const hasTest = spans.some(({ name }) => name.endsWith("/OpenTest"));
      return isWhole && hasTest ? true : undefined;
    });
    const { traceId, spanId } = idsFrom(searchId);
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    const roots = spans.filter(({ parentId }) => parentId === undefined);
    expect(roots).toMatchObject([{ name: "search", spanId, service: "coordinator" }]);

    const paths = spans.map((span) => `${span.service} ${span.kind} ${collector.pathOf(span)}`);
    const navigator = "collm.navigator.v1.NavigatorService/ProposeStrategy";
    const generator = "collm.generator.v1.GeneratorService/ProposeCandidates";
    const test = "collm.evaluator.v1.EvaluatorService/OpenTest";
    const work = "/search/iteration/evaluate/send collm.work.*.*";
    expect([...new Set(paths)].toSorted()).toEqual(
      [
        "coordinator INTERNAL /search",
        "coordinator INTERNAL /search/drive",
        "coordinator INTERNAL /search/iteration",
        `coordinator CLIENT /search/iteration/${navigator}`,
        `navigator SERVER /search/iteration/${navigator}/${navigator}`,
        `navigator CLIENT /search/iteration/${navigator}/${navigator}/chat qwen3`,
        `coordinator CLIENT /search/iteration/${generator}`,
        `generator SERVER /search/iteration/${generator}/${generator}`,
        `generator CLIENT /search/iteration/${generator}/${generator}/chat qwen3`,
        "coordinator INTERNAL /search/iteration/evaluate",
        `coordinator PRODUCER ${work}`,
        `evaluator CONSUMER ${work}/process collm.work.*.*`,
        `evaluator INTERNAL ${work}/process collm.work.*.*/measure`,
        `evaluator INTERNAL ${work}/process collm.work.*.*/measure/build`,
        `evaluator INTERNAL ${work}/process collm.work.*.*/measure/run`,
        `coordinator CLIENT /search/${test}`,
        `evaluator SERVER /search/${test}/${test}`,
        `evaluator INTERNAL /search/${test}/${test}/measure`,
        `evaluator INTERNAL /search/${test}/${test}/measure/build`,
        `evaluator INTERNAL /search/${test}/${test}/measure/run`,
      ].toSorted(),
    );

    // One that the first coordinator left, and one of its successor.
    expect(spans.filter(({ name }) => name === "drive")).toHaveLength(2);
    const iterations = spans.filter(({ name }) => name === "iteration");
    const begun = events.flatMap((event) => ("iteration" in event ? [event.iteration] : []));
    expect(iterations.map(({ attributes }) => Number(attributes[collm.iteration])).sort()).toEqual(
      [...new Set(begun)].sort(),
    );
    const evaluated = events.flatMap((event) =>
      event.type === "EvaluationCompleted" ? [event.candidateId] : [],
    );
    const asked = spans.flatMap(({ name, attributes }) =>
      name === "evaluate" ? [attributes[collm.candidateId]] : [],
    );
    expect(new Set(asked)).toEqual(new Set(evaluated));
  });

  it("tells of each request to a model what the conventions ask for, and the conversation if asked to", () => {
    const chats = deployment.collector.spans.filter(({ name }) => name === "chat qwen3");
    const exchanges = events.flatMap((event) => ("exchanges" in event ? event.exchanges : []));
    expect(chats.length).toBeGreaterThanOrEqual(exchanges.length);
    for (const { service, attributes } of chats) {
      expect(attributes).toMatchObject({
        [genAi.operation]: "chat",
        [genAi.provider]: "openai",
        [collm.llmBackend]: "vllm",
        [genAi.conversationId]: searchId,
        [genAi.requestModel]: "qwen3",
        [genAi.temperature]: expect.any(Number),
        [genAi.responseModel]: "test-model",
        [genAi.responseId]: "answer-1",
        [genAi.inputTokens]: expect.any(Number),
        [genAi.outputTokens]: expect.any(Number),
        [genAi.timeToFirstChunk]: expect.any(Number),
        [common.serverAddress]: "127.0.0.1",
      });
      const content = [genAi.systemInstructions, genAi.inputMessages, genAi.outputMessages];
      const told = content.filter((name) => name in attributes);
      expect(told).toEqual(service === "generator" ? content : []);
    }
  });

  it.skipIf(!hasPrometheus)("is scraped by a real Prometheus, whose rules load", async () => {
    if (!prometheus) return;
    const valueNow = (expression: string) => prometheus?.valueOf(expression);
    await prometheus.until('sum(up{job="collm"})', 4);
    await prometheus.until('sum(collm_searches_ended_total{reason="iterations"})', 1);
    await prometheus.until("sum(collm_searches_running)", 0);
    expect(await valueNow('max(collm_best_accuracy_ratio{supernet="landscape"})')).toBeUndefined();
    expect(await valueNow("max(collm_evaluators)")).toBe(1);
    expect(await valueNow("sum(collm_llm_tokens_total) > 0")).toBeGreaterThan(0);

    const { groups } = (await prometheus.ask("rules")) as { groups: readonly RuleGroup[] };
    const rules = groups.flatMap((group) => group.rules);
    expect(rules).toHaveLength(16);
    expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
    expect(rules.filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual([]);

    // A label for each search or architecture would be a time series for each.
    const series = JSON.stringify(await prometheus.ask("series", { "match[]": '{job="collm"}' }));
    const architectures = events.flatMap((event) =>
      event.type === "EvaluationRequested" ? [event.canonical, event.key] : [],
    );
    expect([searchId, ...architectures].filter((name) => series.includes(name))).toEqual([]);
  });

  it("shows every metric that alerts, dashboards and documentation name", async () => {
    const pages = await Promise.all(
      Object.values(deployment.metricsPages).map(async (page) =>
        (await fetch(`http://${page}/metrics`)).text(),
      ),
    );
    const shown = pages.flatMap((page) => [...page.matchAll(/^# TYPE (\S+)/gm)].map((m) => m[1]));
    const alerts = parse(await readFile(join(deployedPrometheus, "rules.yaml"), "utf8"));
    const asked = [
      ...(await readDashboards()).flatMap(queriesOf),
      ...alerts.groups.flatMap(({ rules }: { rules: readonly { expr: string }[] }) =>
        rules.map(({ expr }) => expr),
      ),
    ].flatMap(metricsIn);
    expect(asked.filter((name) => !shown.includes(name))).toEqual([]);

    const documented = (await readFile(documentation, "utf8"))
      .split("\n")
      .flatMap((line) => /^\| `((?:collm|gen_ai)_\w+)`/.exec(line)?.[1] ?? []);
    const own = shown.filter((name) => !/^collm_(nodejs|process)_/.test(name ?? ""));
    expect(documented.toSorted()).toEqual([...new Set(own)].toSorted());
  });
});

interface RuleGroup {
  readonly rules: readonly {
    readonly name: string;
    readonly health: string;
    readonly state: string;
  }[];
}
