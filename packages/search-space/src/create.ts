import { createAutoFormerSpace } from "./autoformer/space.js";
import { createElasticMobileNetSpace } from "./elastic-mobilenet/space.js";
import { createNasBench201Space } from "./nas-bench-201/space.js";
import { createShuffleNetSpace } from "./shufflenet/space.js";
import type { SearchSpace } from "./space.js";
import type { SpaceSpec } from "./spec.js";

/** The search space that `spec` describes. */
export function createSearchSpace(spec: SpaceSpec): SearchSpace {
  switch (spec.family) {
    case "ofa-mobilenet-v3":
      return createElasticMobileNetSpace(spec);
    case "spos-shufflenet-v2":
      return createShuffleNetSpace(spec);
    case "autoformer":
      return createAutoFormerSpace(spec);
    case "nas-bench-201":
      return createNasBench201Space(spec);
  }
}
