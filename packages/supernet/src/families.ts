import type { TensorSource } from "@collm/checkpoint";
import {
  type Architecture,
  autoFormerGenes,
  elasticMobileNetGenes,
  type SearchSpace,
  type SpaceSpec,
  type SupernetSpec,
  shuffleNetGenes,
} from "@collm/search-space";
import { cutAutoFormer } from "./autoformer/subnet-layers.js";
import { autoFormerTensorTable } from "./autoformer/tensor-table.js";
import { loadTensors, type SupernetTensors } from "./match-tensors.js";
import { cutElasticSubnet } from "./ofa-mobilenet-v3/subnet-layers.js";
import { loadElasticWeights } from "./ofa-mobilenet-v3/weights.js";
import { cutShuffleNet } from "./shufflenet/subnet-layers.js";
import { shuffleNetTensorTable } from "./shufflenet/tensor-table.js";
import type { SubnetLayers } from "./subnet-layers.js";

/** A supernet's tensors, and how its family cuts subnets out of them. */
export interface FamilyWeights {
  readonly tensors: SupernetTensors;
  /** `space` is the one that the architecture is of: the supernet's own or one widened for it. */
  cut(space: SearchSpace, architecture: Architecture): CutSubnet;
}

export interface CutSubnet extends SubnetLayers {
  /** Side in pixels of the square images that the architecture is meant for. */
  readonly resolution: number;
}

/** Reads and checks the tensors that a family's supernet has. Throws `SupernetTensorError`. */
export async function loadFamily(spec: SupernetSpec, source: TensorSource): Promise<FamilyWeights> {
  switch (spec.family) {
    case "ofa-mobilenet-v3": {
      const weights = await loadElasticWeights(spec, source);
      return {
        tensors: weights,
        cut: (space, architecture) => {
          const genes = elasticMobileNetGenes(sameFamily(spec, space.spec), architecture);
          return { ...cutElasticSubnet(spec, weights, genes), resolution: genes.resolution };
        },
      };
    }
    case "spos-shufflenet-v2": {
      const tensors = await loadTensors(shuffleNetTensorTable(spec), source);
      return {
        tensors,
        cut: (space, architecture) => {
          const genes = shuffleNetGenes(sameFamily(spec, space.spec), architecture);
          return { ...cutShuffleNet(spec, tensors, genes), resolution: spec.resolution };
        },
      };
    }
    case "autoformer": {
      const tensors = await loadTensors(autoFormerTensorTable(spec), source);
      return {
        tensors,
        cut: (space, architecture) => {
          const genes = autoFormerGenes(sameFamily(spec, space.spec), architecture);
          return { ...cutAutoFormer(spec, tensors, genes), resolution: spec.resolution };
        },
      };
    }
  }
}

/** A space that was widened for one architecture is of its supernet's family. */
function sameFamily<Spec extends SupernetSpec>(own: Spec, other: SpaceSpec): Spec {
  if (other.family === own.family) return other as Spec;
  throw new RangeError(`an architecture of ${other.family} cannot be cut from ${own.family}`);
}
