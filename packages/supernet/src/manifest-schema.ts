import {
  autoFormerSpecSchema,
  elasticMobileNetSpecSchema,
  shuffleNetSpecSchema,
} from "@collm/search-space";
import { z } from "zod";

const count = z.int().positive();
const path = z.string().min(1);
const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** Keys that every family has. Defaults of `normalize` and `recipe` are the family's own. */
export const commonFields = {
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
  /** `(p - mean) / std` for each pixel; mean and std are of R, G, B. */
  normalize: z
    .strictObject({
      mean: perChannel,
      std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
      /** Largest pixel: 1 divides bytes by 255, 255 takes them as they are. */
      range: z.union([z.literal(1), z.literal(255)]).optional(),
      /** Which colour is the network's first channel. */
      channelOrder: z.enum(["rgb", "bgr"]).optional(),
    })
    .optional(),
  /** How BatchNorm statistics are re-estimated before an evaluation. */
  recipe: z
    .strictObject({
      calibrationImages: count.optional(),
      /** Images per calibration batch; the statistics depend on it. */
      batchSize: count.optional(),
      /** `running` keeps the checkpoint's statistics; the others are `StatisticsMode`s. */
      batchNorm: z.enum(["running", "weighted-mean", "exponential", "cumulative"]).optional(),
    })
    .default({}),
};

const { family, resolutions, ...tableFields } = elasticMobileNetSpecSchema.shape;

/** A published once-for-all network: the width multiplier stands for the stage table. */
export const publishedOfaSchema = z.strictObject({
  family,
  width: z.union([z.literal(1.0), z.literal(1.2)]),
  resolutions: resolutions.optional(),
  ...commonFields,
});

/** A network of one's own: the stage table is spelled out. */
export const ofaTableSchema = z.strictObject({
  family,
  resolutions,
  ...tableFields,
  ...commonFields,
});

const { family: shuffleNetFamily, ...shuffleNetFields } = shuffleNetSpecSchema.shape;

/** What is left out is the published network's. */
export const shuffleNetSchema = z.strictObject({
  family: shuffleNetFamily,
  ...z.object(shuffleNetFields).partial().shape,
  ...commonFields,
});

/** A published AutoFormer supernet: the size stands for its widths and choices. */
export const publishedAutoFormerSchema = z.strictObject({
  family: autoFormerSpecSchema.shape.family,
  size: z.enum(["tiny", "small", "base"]),
  /** Base only: the official files disagree about its numbers of heads. */
  headChoices: z.enum(["supernet-yaml", "subnet-yaml"]).optional(),
  ...commonFields,
});

/** A supernet of one's own: widths and choices are spelled out. */
export const autoFormerTableSchema = z.strictObject({
  ...autoFormerSpecSchema.shape,
  ...commonFields,
});

/** Families that a manifest can name. */
export const familySchema = z.looseObject({
  family: z.enum(["ofa-mobilenet-v3", "spos-shufflenet-v2", "autoformer"]),
});
