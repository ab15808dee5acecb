import { createElasticMobileNetSpace } from "./elastic-mobilenet/space.js";
import type { SearchSpace } from "./space.js";
import type { SpaceSpec } from "./spec.js";

/** The search space that `spec` describes. */
export function createSearchSpace(spec: SpaceSpec): SearchSpace {
  switch (spec.family) {
    case "ofa-mobilenet-v3":
      return createElasticMobileNetSpace(spec);
  }
}
