import { elasticMobileNetSpecSchema } from "@collm/search-space";
import { z } from "zod";

const count = z.int().positive();
const path = z.string().min(1);
const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** Keys that every family has. Defaults are once-for-all's own. */
const commonFields = {
  /** Short name for lists and messages; default is the manifest's file name without extension. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/)
    .optional(),
  /** Weight file, relative to the manifest. */
  checkpoint: path.optional(),
  /** Instead of a checkpoint: accuracies made up from a seed, for tests without weights. */
  landscape: z
    .strictObject({
      seed: z.int().nonnegative().default(1),
      /** Time that one evaluation pretends to take. */
      delayMs: z.number().nonnegative().default(0),
    })
    .optional(),
  /** Folders or packed caches, relative to the manifest, or `demo:` names. */
  images: z
    .strictObject({
      validation: path.optional(),
      calibration: path.optional(),
      test: path.optional(),
    })
    .default({}),
  /** A pixel `p` in 0..1 enters the network as `(p - mean) / std`; R, G, B. Default: ImageNet's. */
  normalize: z
    .strictObject({
      mean: perChannel,
      std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
    })
    .default({ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }),
  /** How BatchNorm statistics are re-estimated before an evaluation. */
  recipe: z
    .strictObject({
      calibrationImages: count.default(2000),
      /** Images per calibration batch; the statistics depend on it. */
      batchSize: count.default(200),
      /** `running` keeps the checkpoint's statistics. */
      batchNorm: z.enum(["running", "weighted-mean"]).default("weighted-mean"),
    })
    .prefault({}),
};

const { family, resolutions, ...tableFields } = elasticMobileNetSpecSchema.shape;

/** A published once-for-all network: the width multiplier stands for the stage table. */
export const publishedManifestSchema = z.strictObject({
  family,
  width: z.union([z.literal(1.0), z.literal(1.2)]),
  resolutions: resolutions.optional(),
  ...commonFields,
});

/** A network of one's own: the stage table is spelled out. */
export const tableManifestSchema = z.strictObject({
  family,
  resolutions,
  ...tableFields,
  ...commonFields,
});

/** Families that a manifest can name today. */
export const familySchema = z.looseObject({ family });
