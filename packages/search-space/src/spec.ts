import { z } from "zod";
import { autoFormerSpecSchema } from "./autoformer/spec.js";
import { elasticMobileNetSpecSchema } from "./elastic-mobilenet/spec.js";
import { nasBench201SpecSchema } from "./nas-bench-201/spec.js";
import { shuffleNetSpecSchema } from "./shufflenet/spec.js";

/** Spaces of supernets, whose networks are built and run; a table only knows accuracies. */
export const supernetSpecSchema = z.discriminatedUnion("family", [
  elasticMobileNetSpecSchema,
  shuffleNetSpecSchema,
  autoFormerSpecSchema,
]);

/** JSON description of a search space, enough to rebuild it (and its cost model) without weights. */
export const spaceSpecSchema = z.discriminatedUnion("family", [
  ...supernetSpecSchema.options,
  nasBench201SpecSchema,
]);

export type SupernetSpec = z.infer<typeof supernetSpecSchema>;
export type SpaceSpec = z.infer<typeof spaceSpecSchema>;
