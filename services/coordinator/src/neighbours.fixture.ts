import { CollmError } from "@collm/errors";
import {
  EvaluatorServiceService,
  type evaluator,
  GeneratorServiceService,
  NavigatorServiceService,
  type navigator,
} from "@collm/proto";
import {
  type HostedService,
  type RunningServer,
  serverStream,
  startServer,
  toProtoSupernet,
  unary,
  untilAborted,
} from "@collm/rpc";
import type { EvaluationResult } from "@collm/search";
import { searchStarted } from "@collm/search/testing";
import { fnv1a } from "@collm/search-space";
import { createLogger } from "@collm/telemetry";

export const logger = createLogger({ service: "test", level: "silent" });

/** What an evaluator sends as soon as it begins. */
export const progress = {
  event: { $case: "progress", value: { phase: "run", imagesDone: 0, imagesTotal: 100 } },
} as const;

type Handlers = HostedService["implementation"];

/** One loopback server in the place of the three neighbours; what is not given is unimplemented. */
export function startNeighbours(
  handlers: { readonly navigator?: Handlers; generator?: Handlers; evaluator?: Handlers },
  port = 0,
): Promise<RunningServer> {
  const { navigator = {}, generator = {}, evaluator = {} } = handlers;
  return startServer({
    host: "127.0.0.1",
    port,
    logger,
    services: [
      { name: "navigator", definition: NavigatorServiceService, implementation: navigator },
      { name: "generator", definition: GeneratorServiceService, implementation: generator },
      { name: "evaluator", definition: EvaluatorServiceService, implementation: evaluator },
    ],
  });
}

/** A promise that a test settles. */
export function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** An evaluator that measures by formula, and roles that can say who they are and mostly nothing else. */
export class ScriptedNeighbours {
  contextDigest = "context-1";
  /** Measurements that were begun. */
  measured = 0;
  tests = 0;
  /** What the evaluator awaits before it answers; told how many measurements it has begun. */
  beforeResult: (begun: number) => Promise<void> = async () => {};
  beforeDescribing: () => Promise<void> = async () => {};
  beforeTest: () => Promise<void> = async () => {};
  strategise: (
    request: navigator.ProposeStrategyRequest,
  ) => AsyncIterable<navigator.ProposeStrategyResponse> = () => {
    throw new CollmError("failed-precondition", "this navigator knows no strategy");
  };

  start(): Promise<RunningServer> {
    const role = {
      backend: "scripted",
      model: "m",
      promptsDigest: "0123456789abcdef",
      endpoint: "",
    };
    return startNeighbours({
      navigator: {
        describeNavigator: unary(async () => ({ role })),
        proposeStrategy: serverStream((request) => this.strategise(request)),
      },
      generator: { describeGenerator: unary(async () => ({ role })) },
      evaluator: {
        describeSupernet: unary((request) => this.#describe(request)),
        evaluate: serverStream((request, { signal }) => this.#evaluate(request, signal)),
        openTest: unary((request) => this.#openTest(request)),
      },
    });
  }

  async #describe({
    name,
  }: evaluator.DescribeSupernetRequest): Promise<evaluator.DescribeSupernetResponse> {
    await this.beforeDescribing();
    if (name !== "tiny") throw new CollmError("not-found", `supernet: got "${name}"`);
    const { contextDigest } = this;
    return { supernet: toProtoSupernet({ ...searchStarted().supernet, name, contextDigest }) };
  }

  async *#evaluate(
    { canonical }: evaluator.EvaluateRequest,
    signal: AbortSignal,
  ): AsyncGenerator<evaluator.EvaluateResponse> {
    const begun = ++this.measured;
    yield progress;
    await untilAborted(this.beforeResult(begun), signal);
    yield { event: { $case: "result", value: resultOf(canonical) } };
  }

  async #openTest({
    canonical,
    contextDigest,
  }: evaluator.OpenTestRequest): Promise<evaluator.OpenTestResponse> {
    if (contextDigest !== this.contextDigest) {
      throw new CollmError("failed-precondition", `context digest: got "${contextDigest}"`);
    }
    this.tests++;
    await this.beforeTest();
    return { result: resultOf(canonical) };
  }
}

/** What every scripted evaluator measures. */
export function resultOf(canonical: string): evaluator.EvaluationResult & EvaluationResult {
  const top1Percent = fnv1a(canonical) % 100;
  return { top1Percent, top5Percent: 99, images: 100, seconds: 0.5, isStored: false };
}
