import { narrowAutoFormerSpec } from "./autoformer/space.js";
import { createSearchSpace } from "./create.js";
import { withResolutionOf } from "./elastic-mobilenet/space.js";
import type { Architecture, SearchSpace } from "./space.js";
import type { SupernetSpec } from "./spec.js";

/** An architecture that a supernet's tensors can be cut to, in a space that has it. */
export type Cuttable =
  | {
      readonly kind: "cuttable";
      /** Of the same family and supernet as the space asked about; its choices include the architecture's. */
      readonly space: SearchSpace;
      readonly architecture: Architecture;
    }
  | { readonly kind: "illegal"; readonly reasons: readonly string[] };

/**
 * Reads an architecture for evaluation or export. A space's choices restrict its search only; here
 * it counts what the tensors can be cut to. Canonical string and cost are those of the search.
 *
 * - `ofa-mobilenet-v3`: kernels, expansions and depths of the space, any resolution from 32.
 * - `spos-shufflenet-v2`: the four blocks are all there is.
 * - `autoformer`: any depth, number of heads, embedding width and MLP ratio within the supernet.
 */
export function readCuttable(spec: SupernetSpec, notation: unknown): Cuttable {
  const widened = widen(spec, notation);
  if (widened.kind === "illegal") return widened;
  const space = createSearchSpace(widened.spec);
  const legality = space.legality(widened.notation);
  return legality.kind === "illegal"
    ? legality
    : { kind: "cuttable", space, architecture: legality.architecture };
}

function widen(
  spec: SupernetSpec,
  notation: unknown,
):
  | { readonly kind: "spec"; readonly spec: SupernetSpec; readonly notation: unknown }
  | Extract<Cuttable, { readonly kind: "illegal" }> {
  switch (spec.family) {
    case "ofa-mobilenet-v3":
      return { kind: "spec", spec: withResolutionOf(spec, notation), notation };
    case "spos-shufflenet-v2":
      return { kind: "spec", spec, notation };
    case "autoformer":
      return narrowAutoFormerSpec(spec, notation);
  }
}

/**
 * The part of a spec that decides which network an architecture is and what it computes, without
 * what merely restricts the search. Two supernets that agree in it and in their weights are one.
 */
export function networkOf(spec: SupernetSpec): Readonly<Record<string, unknown>> {
  switch (spec.family) {
    case "ofa-mobilenet-v3": {
      const { resolutions, ...network } = spec;
      return network;
    }
    case "spos-shufflenet-v2":
      return spec;
    case "autoformer": {
      const { depths, embedDims, mlpRatios, headChoices, ...network } = spec;
      return network;
    }
  }
}
