import { CollmError, checkValue, fieldName } from "@collm/errors";
import type { generator, navigator } from "@collm/proto";
import type { CandidatesRequest, JointRequest, StrategyRequest } from "@collm/search";
import { type SpaceSpec, spaceSpecSchema } from "@collm/search-space";
import {
  fromProtoIteration,
  fromProtoTask,
  toProtoIteration,
  toProtoTask,
} from "./convert-search.js";
import { parseJsonField, requireField } from "./json-field.js";

/** What the roles are asked, as messages and back. Reading throws like `fromProtoIteration`. */

/** `searchId` is for the service's logs only; the answer must not depend on it. */
export function toProtoStrategyRequest(
  searchId: string,
  request: StrategyRequest,
): navigator.ProposeStrategyRequest {
  return {
    searchId,
    task: toProtoTask(request.task),
    spaceSpecJson: JSON.stringify(request.space),
    iteration: request.iteration,
    trajectory: request.trajectory.map(toProtoIteration),
    hasMemory: request.hasMemory,
    seed: request.seed,
  };
}

export function fromProtoStrategyRequest(
  request: navigator.ProposeStrategyRequest,
): StrategyRequest {
  return {
    task: fromProtoTask(requireField("task", request.task)),
    space: parseSpaceSpec("space_spec_json", request.spaceSpecJson),
    iteration: request.iteration,
    trajectory: request.trajectory.map((iteration, i) =>
      fromProtoIteration(iteration, `trajectory[${i}]`),
    ),
    hasMemory: request.hasMemory,
    seed: request.seed,
  };
}

/** `searchId` is for the service's logs only; the answer must not depend on it. */
export function toProtoJointRequest(
  searchId: string,
  request: JointRequest,
): navigator.ProposeStrategyAndCandidatesRequest {
  return {
    ...toProtoStrategyRequest(searchId, request),
    count: request.count,
    visited: [...request.visited],
    hasCostHints: request.hasCostHints,
  };
}

export function fromProtoJointRequest(
  request: navigator.ProposeStrategyAndCandidatesRequest,
): JointRequest {
  const { count, visited, hasCostHints } = request;
  return { ...fromProtoStrategyRequest(request), count, visited, hasCostHints };
}

/** `searchId` is for the service's logs only; the answer must not depend on it. */
export function toProtoCandidatesRequest(
  searchId: string,
  request: CandidatesRequest,
): generator.ProposeCandidatesRequest {
  return {
    searchId,
    task: toProtoTask(request.task),
    spaceSpecJson: JSON.stringify(request.space),
    iteration: request.iteration,
    strategy: request.strategy,
    count: request.count,
    visited: [...request.visited],
    hasCostHints: request.hasCostHints,
    history: request.history.map(toProtoIteration),
    seed: request.seed,
  };
}

export function fromProtoCandidatesRequest(
  request: generator.ProposeCandidatesRequest,
): CandidatesRequest {
  return {
    task: fromProtoTask(requireField("task", request.task)),
    space: parseSpaceSpec("space_spec_json", request.spaceSpecJson),
    iteration: request.iteration,
    strategy: request.strategy,
    count: request.count,
    visited: request.visited,
    hasCostHints: request.hasCostHints,
    history: request.history.map((iteration, i) => fromProtoIteration(iteration, `history[${i}]`)),
    seed: request.seed,
  };
}

/** Reads the JSON of a search space. Throws `invalid-argument` naming the field and what is wrong. */
export function parseSpaceSpec(field: string, json: string): SpaceSpec {
  const checked = checkValue(spaceSpecSchema, parseJsonField(field, json), (path) =>
    fieldName([field, ...path]),
  );
  if (checked.kind === "valid") return checked.value;
  throw new CollmError("invalid-argument", checked.problems.join("; "));
}
