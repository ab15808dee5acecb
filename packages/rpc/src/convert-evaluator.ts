import type { evaluator } from "@collm/proto";
import type { EvaluationResult, SupernetInfo } from "@collm/search";
import { parseSpaceSpec } from "./convert-roles.js";

/** What evaluators say about supernets and subnets, as messages and back. */

export function toProtoSupernet(supernet: SupernetInfo): evaluator.Supernet {
  const { space, ...same } = supernet;
  return { ...same, spaceSpecJson: JSON.stringify(space) };
}

/** Throws `invalid-argument` when the search space cannot be read. */
export function fromProtoSupernet(supernet: evaluator.Supernet): SupernetInfo {
  const { spaceSpecJson, ...same } = supernet;
  return { ...same, space: parseSpaceSpec("supernet.space_spec_json", spaceSpecJson) };
}

/** `isStored`: the result was measured earlier and comes from the evaluation store. */
export function toProtoEvaluationResult(
  result: EvaluationResult,
  isStored: boolean,
): evaluator.EvaluationResult {
  const { top1Percent, top5Percent, images, seconds } = result;
  return { top1Percent, top5Percent, images, seconds, isStored };
}

export function fromProtoEvaluationResult(result: evaluator.EvaluationResult): {
  readonly result: EvaluationResult;
  readonly isStored: boolean;
} {
  const { isStored, top5Percent, ...measured } = result;
  // The journal has no key for what is not known.
  return {
    result: { ...measured, ...(top5Percent === undefined ? {} : { top5Percent }) },
    isStored,
  };
}
