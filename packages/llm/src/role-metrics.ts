import type { TokenUsage } from "@collm/search";

/** The part of a metrics registry that is used here; `Metrics` of @collm/telemetry has it. */
export interface MetricSource {
  counter<Label extends string>(text: {
    readonly name: string;
    readonly help: string;
    readonly labels?: readonly Label[];
  }): { inc(labels: Partial<Record<Label, string | number>>, value?: number): void };
  histogram<Label extends string>(text: {
    readonly name: string;
    readonly help: string;
    readonly labels?: readonly Label[];
  }): { observe(labels: Partial<Record<Label, string | number>>, value: number): void };
}

/** One request as far as it is counted; an exchange and an attempt are such. */
interface Attempt {
  readonly backend: string;
  readonly error?: string | undefined;
}

/** Counts what a role's backend does. */
export interface RoleMetrics {
  /** One request, whoever it went to. */
  attempted(attempt: Attempt): void;
  answered(usage: TokenUsage, seconds: number): void;
  /** What failed attempts cost is counted like any other. */
  failed(code: string, usage: TokenUsage, seconds: number): void;
  /** Candidates found in an answer. */
  proposed(readable: number, unreadable: number): void;
}

/**
 * `collm_llm_requests_total{role,outcome}` (`answered` or an error code),
 * `collm_llm_attempts_total{role,backend,outcome}` (`answered` or `failed`: who really played the role),
 * `collm_llm_tokens_total{role,type}`, `collm_llm_seconds{role}` and
 * `collm_llm_candidates_total{role,outcome}`. Without a source nothing is counted.
 */
export function createRoleMetrics(role: string, source?: MetricSource): RoleMetrics {
  const requests = source?.counter({
    name: "llm_requests_total",
    help: "Answers asked of a role's backend, by outcome",
    labels: ["role", "outcome"],
  });
  const attempts = source?.counter({
    name: "llm_attempts_total",
    help: "Requests sent to each kind of backend, and whether an answer came",
    labels: ["role", "backend", "outcome"],
  });
  const tokens = source?.counter({
    name: "llm_tokens_total",
    help: "Tokens that language models report, by type",
    labels: ["role", "type"],
  });
  const durations = source?.histogram({
    name: "llm_seconds",
    help: "Seconds until a role's backend has answered or failed",
    labels: ["role"],
  });
  const candidates = source?.counter({
    name: "llm_candidates_total",
    help: "Candidates found in answers: parsed or unparsable",
    labels: ["role", "outcome"],
  });
  const asked = (outcome: string, usage: TokenUsage, seconds: number): void => {
    requests?.inc({ role, outcome });
    durations?.observe({ role }, seconds);
    tokens?.inc({ role, type: "input" }, usage.inputTokens);
    tokens?.inc({ role, type: "cached-input" }, usage.cachedInputTokens);
    tokens?.inc({ role, type: "output" }, usage.outputTokens);
    tokens?.inc({ role, type: "reasoning" }, usage.reasoningTokens);
  };
  return {
    attempted: ({ backend, error }) =>
      attempts?.inc({ role, backend, outcome: error === undefined ? "answered" : "failed" }),
    answered: (usage, seconds) => asked("answered", usage, seconds),
    failed: asked,
    proposed: (readable, unreadable) => {
      candidates?.inc({ role, outcome: "parsed" }, readable);
      candidates?.inc({ role, outcome: "unparsable" }, unreadable);
    },
  };
}
