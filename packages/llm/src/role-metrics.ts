import type { TokenUsage } from "@collm/search";
import { common, genAi, genAiMetrics, labelOf, providerOf } from "@collm/tracing";
import { replayName } from "./recording/replay-backend.js";

interface Text<Label extends string> {
  readonly name: string;
  /** Default `collm_`. */
  readonly prefix?: "" | undefined;
  readonly help: string;
  readonly labels?: readonly Label[];
}

type Labels<Label extends string> = Partial<Record<Label, string | number>>;

/** The part of a metrics registry that is used here; `Metrics` of @collm/telemetry has it. */
export interface MetricSource {
  counter<Label extends string>(
    text: Text<Label>,
  ): { inc(labels: Labels<Label>, value?: number): void };
  histogram<Label extends string>(
    text: Text<Label> & { readonly buckets?: readonly number[] },
  ): { observe(labels: Labels<Label>, value: number): void };
}

/** One request as far as it is counted; an exchange is such. */
interface CountedRequest {
  readonly backend: string;
  /** That answered, or was asked. */
  readonly model: string;
  readonly requestModel?: string | undefined;
  readonly usage: TokenUsage;
  readonly cost?: number | undefined;
  readonly seconds: number;
  readonly isCutOff?: boolean | undefined;
  readonly error?: string | undefined;
  /** The HTTP status or the error's code. */
  readonly errorType?: string | undefined;
}

/**
 * What is wrong with an answer: a piece that was meant as a candidate cannot be read, none can be, or
 * the model stopped at its token limit.
 */
type InvalidOutput = "unparsable" | "no-candidate" | "cut-off";

/** Counts what a role's backend does. */
export interface RoleMetrics {
  /** One request, whoever it went to. What failed ones cost is counted like any other. */
  attempted(request: CountedRequest): void;
  answered(seconds: number): void;
  failed(code: string, seconds: number): void;
  /** Candidates found in an answer. */
  proposed(readable: number, unreadable: number): void;
  invalid(reason: InvalidOutput): void;
}

/** Powers of two from 10 ms, as the conventions say, and on to 11 minutes for models that reason. */
const secondsBuckets = Array.from({ length: 17 }, (_, k) => 0.01 * 2 ** k);
/** Powers of four to 16 million. */
const tokenBuckets = Array.from({ length: 13 }, (_, k) => 4 ** k);

/**
 * The metrics of one role: what is asked of it (`collm_llm_requests_total`, `_duration_seconds`), what
 * that takes (`_attempts_total`, `_tokens_total`, `_cost_total`) and what comes of it
 * (`_candidates_total`, `_output_invalid_total`); and of each request to an endpoint those of the
 * GenAI conventions. Without a source nothing is counted.
 */
export function createRoleMetrics(role: string, source?: MetricSource): RoleMetrics {
  const requests = source?.counter({
    name: "llm_requests_total",
    help: "Answers asked of a role's backend, by outcome: answered, or the error's code",
    labels: ["role", "outcome"],
  });
  const durations = source?.histogram({
    name: "llm_duration_seconds",
    help: "Time until a role's backend has answered or failed, all attempts together",
    labels: ["role"],
    buckets: secondsBuckets,
  });
  const attempts = source?.counter({
    name: "llm_attempts_total",
    help: "Requests sent to each kind of backend, and whether an answer came",
    labels: ["role", "backend", "outcome"],
  });
  const tokens = source?.counter({
    name: "llm_tokens_total",
    help: "Tokens as the journal counts them; cached input is a part of input, reasoning of output",
    labels: ["role", "type"],
  });
  const cost = source?.counter({
    name: "llm_cost_total",
    help: "Money for requests, in the currency of the prices that the role was given",
    labels: ["role"],
  });
  const candidates = source?.counter({
    name: "llm_candidates_total",
    help: "Candidates found in answers: parsed or unparsable",
    labels: ["role", "outcome"],
  });
  const invalid = source?.counter({
    name: "llm_output_invalid_total",
    help: "What was wrong with answers: unparsable candidates, no candidate at all, cut off",
    labels: ["role", "reason"],
  });
  // Shown from the start, so that the first one is seen as an increase.
  cost?.inc({ role }, 0);
  for (const reason of ["unparsable", "no-candidate", "cut-off"]) invalid?.inc({ role, reason }, 0);
  const operation = createOperationMetrics(source);

  return {
    attempted: (request) => {
      const { backend, error, usage } = request;
      attempts?.inc({ role, backend, outcome: error === undefined ? "answered" : "failed" });
      tokens?.inc({ role, type: "input" }, usage.inputTokens);
      tokens?.inc({ role, type: "cached-input" }, usage.cachedInputTokens);
      tokens?.inc({ role, type: "output" }, usage.outputTokens);
      tokens?.inc({ role, type: "reasoning" }, usage.reasoningTokens);
      cost?.inc({ role }, request.cost ?? 0);
      if (request.isCutOff) invalid?.inc({ role, reason: "cut-off" });
      if (backend !== "heuristic" && backend !== replayName) operation(request);
    },
    answered: (seconds) => {
      requests?.inc({ role, outcome: "answered" });
      durations?.observe({ role }, seconds);
    },
    failed: (code, seconds) => {
      requests?.inc({ role, outcome: code });
      durations?.observe({ role }, seconds);
    },
    proposed: (readable, unreadable) => {
      candidates?.inc({ role, outcome: "parsed" }, readable);
      candidates?.inc({ role, outcome: "unparsable" }, unreadable);
      invalid?.inc({ role, reason: "unparsable" }, unreadable);
    },
    invalid: (reason) => invalid?.inc({ role, reason }),
  };
}

/** The client metrics of the GenAI conventions, which every tool for language models knows. */
function createOperationMetrics(source?: MetricSource): (request: CountedRequest) => void {
  const shared = [genAi.operation, genAi.provider, genAi.requestModel, genAi.responseModel];
  const durations = source?.histogram({
    prefix: "",
    name: genAiMetrics.duration,
    help: "Time of one request to a language model (gen_ai.client.operation.duration)",
    labels: [...shared, common.errorType].map(labelOf),
    buckets: secondsBuckets,
  });
  const tokens = source?.histogram({
    prefix: "",
    name: genAiMetrics.tokens,
    help: "Input and output tokens of one request to a language model (gen_ai.client.token.usage)",
    labels: [...shared, genAi.tokenType].map(labelOf),
    buckets: tokenBuckets,
  });
  return ({ backend, model, requestModel, usage, seconds, error, errorType }) => {
    const labels = {
      [labelOf(genAi.operation)]: "chat",
      [labelOf(genAi.provider)]: providerOf(backend),
      [labelOf(genAi.requestModel)]: requestModel ?? model,
      [labelOf(genAi.responseModel)]: model,
    };
    const failure =
      error === undefined ? {} : { [labelOf(common.errorType)]: errorType ?? "_OTHER" };
    durations?.observe({ ...labels, ...failure }, seconds);
    for (const [type, count] of [
      ["input", usage.inputTokens],
      ["output", usage.outputTokens],
    ] as const) {
      if (count > 0) tokens?.observe({ ...labels, [labelOf(genAi.tokenType)]: type }, count);
    }
  };
}
