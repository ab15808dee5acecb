import { z } from "zod";
import { autoFormerSpecSchema } from "./autoformer/spec.js";
import { elasticMobileNetSpecSchema } from "./elastic-mobilenet/spec.js";
import { shuffleNetSpecSchema } from "./shufflenet/spec.js";

/** JSON description of a search space, enough to rebuild it (and its cost model) without weights. */
export const spaceSpecSchema = z.discriminatedUnion("family", [
  elasticMobileNetSpecSchema,
  shuffleNetSpecSchema,
  autoFormerSpecSchema,
]);

export type SpaceSpec = z.infer<typeof spaceSpecSchema>;
