import { CollmError } from "@collm/errors";
import type { search as proto } from "@collm/proto";
import type {
  Exchange,
  RejectionSummary,
  Task,
  TokenUsage,
  TrajectoryIteration,
  TrialSummary,
} from "@collm/search";
import type { Cost, Limits, Notation } from "@collm/search-space";
import { parseJsonField, requireField } from "./json-field.js";

/**
 * Domain types to messages of `collm.search.v1` and back. What is absent stays absent. Reading
 * throws `invalid-argument` with the path of the field where a message lacks what every message
 * of ours holds; `at` is the path so far.
 */

export function toProtoCost(cost: Cost): proto.Cost {
  const { macs, officialFlops, paramsCount } = cost;
  return { macs, officialFlops, paramsCount };
}

export function fromProtoCost(cost: proto.Cost): Cost {
  return toProtoCost(cost);
}

export function toProtoLimits(limits: Limits): proto.Limits {
  return {
    ...(limits.maxFlops === undefined ? {} : { maxFlops: limits.maxFlops }),
    ...(limits.maxMacs === undefined ? {} : { maxMacs: limits.maxMacs }),
    ...(limits.maxParams === undefined ? {} : { maxParams: limits.maxParams }),
  };
}

export function fromProtoLimits(limits: proto.Limits): Limits {
  return toProtoLimits(limits);
}

export function toProtoTask(task: Task): proto.Task {
  const { targetTop1Percent } = task;
  return {
    limits: toProtoLimits(task.limits),
    ...(targetTop1Percent === undefined ? {} : { targetTop1Percent }),
  };
}

/** A task without limits is a task with none. */
export function fromProtoTask(task: proto.Task): Task {
  const { targetTop1Percent } = task;
  return {
    limits: fromProtoLimits(task.limits ?? {}),
    ...(targetTop1Percent === undefined ? {} : { targetTop1Percent }),
  };
}

export function toProtoIteration(iteration: TrajectoryIteration): proto.Iteration {
  return {
    index: iteration.index,
    strategy: iteration.strategy,
    trials: iteration.trials.map(toProtoTrial),
    rejections: iteration.rejections.map(toProtoRejection),
    pendingCount: iteration.pendingCount ?? 0,
    promptSize: iteration.promptSize,
  };
}

export function fromProtoIteration(
  iteration: proto.Iteration,
  at = "iteration",
): TrajectoryIteration {
  return {
    index: iteration.index,
    strategy: iteration.strategy,
    trials: iteration.trials.map((trial, i) => fromProtoTrial(trial, `${at}.trials[${i}]`)),
    rejections: iteration.rejections.map((rejection, i) =>
      fromProtoRejection(rejection, `${at}.rejections[${i}]`),
    ),
    ...(iteration.pendingCount > 0 ? { pendingCount: iteration.pendingCount } : {}),
    ...(iteration.promptSize ? { promptSize: iteration.promptSize } : {}),
  };
}

export function toProtoTokenUsage(usage: TokenUsage): proto.TokenUsage {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens, isEstimated } = usage;
  return {
    ...{ inputTokens, cachedInputTokens, outputTokens, reasoningTokens },
    ...(isEstimated ? { isEstimated } : {}),
  };
}

/** Absent usage is no usage: zero tokens. */
export function fromProtoTokenUsage(usage: proto.TokenUsage | undefined): TokenUsage {
  const {
    inputTokens = 0,
    cachedInputTokens = 0,
    outputTokens = 0,
    reasoningTokens = 0,
    isEstimated = false,
  } = usage ?? {};
  return {
    ...{ inputTokens, cachedInputTokens, outputTokens, reasoningTokens },
    ...(isEstimated ? { isEstimated } : {}),
  };
}

/** An absent request travels as an empty string, which is no JSON. */
export function toProtoExchange(exchange: Exchange): proto.Exchange {
  const { backend, model, request, answer, usage, seconds } = exchange;
  const requestJson = JSON.stringify(request) ?? "";
  return {
    backend,
    model,
    requestJson,
    answer,
    usage: toProtoTokenUsage(usage),
    seconds,
    ...optionalPartsOf(exchange),
  };
}

export function fromProtoExchange(exchange: proto.Exchange, at = "exchange"): Exchange {
  const { backend, model, requestJson, answer, seconds } = exchange;
  const request =
    requestJson === "" ? undefined : parseJsonField(`${at}.request_json`, requestJson);
  // What the message's type leaves open: no journal can hold NaN.
  if (!(seconds >= 0 && seconds < Number.POSITIVE_INFINITY)) {
    throw new CollmError(
      "invalid-argument",
      `${at}.seconds: got ${seconds}, allowed is a number from 0`,
    );
  }
  return {
    backend,
    model,
    request,
    answer,
    usage: fromProtoTokenUsage(exchange.usage),
    seconds,
    ...optionalPartsOf(exchange),
  };
}

/** Named alike on both sides. */
type OptionalParts = Pick<Exchange, "reasoning" | "error" | "isCutOff" | "cost">;

function optionalPartsOf({ reasoning, error, isCutOff, cost }: OptionalParts): OptionalParts {
  return {
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(error === undefined ? {} : { error }),
    ...(isCutOff === undefined ? {} : { isCutOff }),
    ...(cost === undefined ? {} : { cost }),
  };
}

function toProtoTrial(trial: TrialSummary): proto.Trial {
  const { candidateId, canonical, notation, cost, top1Percent, isFeasible, repairs = [] } = trial;
  return {
    candidateId,
    architecture: { canonical, notationJson: JSON.stringify(notation) },
    cost: toProtoCost(cost),
    top1Percent,
    isFeasible,
    repairs: [...repairs],
  };
}

function fromProtoTrial(trial: proto.Trial, at: string): TrialSummary {
  const { candidateId, top1Percent, isFeasible, repairs } = trial;
  const architecture = requireField(`${at}.architecture`, trial.architecture);
  return {
    candidateId,
    canonical: architecture.canonical,
    notation: parseNotation(architecture, at),
    cost: fromProtoCost(requireField(`${at}.cost`, trial.cost)),
    top1Percent,
    isFeasible,
    ...(repairs.length > 0 ? { repairs } : {}),
  };
}

/** A rejection's architecture needs both names; one without the other is left out. */
function toProtoRejection(rejection: RejectionSummary): proto.Rejection {
  const { candidateId, reason, detail, canonical, notation, cost } = rejection;
  return {
    candidateId,
    reason,
    detail,
    ...(canonical === undefined || notation === undefined
      ? {}
      : { architecture: { canonical, notationJson: JSON.stringify(notation) } }),
    ...(cost === undefined ? {} : { cost: toProtoCost(cost) }),
  };
}

function fromProtoRejection(rejection: proto.Rejection, at: string): RejectionSummary {
  const { candidateId, reason, detail, architecture, cost } = rejection;
  return {
    candidateId,
    reason,
    detail,
    ...(architecture === undefined
      ? {}
      : { canonical: architecture.canonical, notation: parseNotation(architecture, at) }),
    ...(cost === undefined ? {} : { cost: fromProtoCost(cost) }),
  };
}

function parseNotation(architecture: proto.Architecture, at: string): Notation {
  const field = `${at}.architecture.notation_json`;
  const notation = parseJsonField(field, architecture.notationJson);
  if (typeof notation === "string" || (typeof notation === "object" && notation !== null)) {
    return notation as Notation;
  }
  throw new CollmError(
    "invalid-argument",
    `${field}: got ${architecture.notationJson}, allowed are objects, arrays and strings`,
  );
}
