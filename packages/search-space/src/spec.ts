import { z } from "zod";
import { elasticMobileNetSpecSchema } from "./elastic-mobilenet/spec.js";

/** JSON description of a search space, enough to rebuild it (and its cost model) without weights. */
export const spaceSpecSchema = z.discriminatedUnion("family", [elasticMobileNetSpecSchema]);

export type SpaceSpec = z.infer<typeof spaceSpecSchema>;
