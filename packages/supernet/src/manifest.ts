import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import type { Normalization } from "@collm/images";
import type { SupernetSpec } from "@collm/search-space";
import { parse, YAMLParseError } from "yaml";
import type { StatisticsMode } from "./batch-statistics.js";
import { familyDefaults } from "./family-defaults.js";
import { InvalidManifestError } from "./invalid-manifest-error.js";
import { type CommonFields, readManifestFields } from "./manifest-fields.js";

/** A supernet as its manifest describes it: complete, with absolute paths. */
export interface Manifest {
  /** Where it was read from. */
  readonly file: string;
  readonly name: string;
  readonly spec: SupernetSpec;
  readonly weights: ManifestWeights;
  readonly images: ManifestImages;
  readonly normalize: Normalization;
  readonly recipe: Recipe;
}

export type ManifestWeights =
  | { readonly kind: "checkpoint"; readonly path: string }
  /** No weights: accuracies made up from a seed. */
  | { readonly kind: "landscape"; readonly seed: number; readonly delayMs: number };

/** Absolute paths or `demo:` names. Absent ones are only missed by who needs them. */
export interface ManifestImages {
  readonly validation?: string;
  readonly calibration?: string;
  readonly test?: string;
}

export type { Normalization };

/** How BatchNorm statistics are re-estimated. */
export interface Recipe {
  readonly calibrationImages: number;
  /** Images per calibration batch; the statistics depend on it. */
  readonly batchSize: number;
  /** `running` keeps the checkpoint's statistics. */
  readonly batchNorm: "running" | StatisticsMode;
}

/** Image values with this prefix name data sets that the project ships, not paths. */
const shippedImagesPrefix = "demo:";

/** Whether images are made by this project instead of being read from a user's files. */
export function hasShippedImages({ images }: Pick<Manifest, "images">): boolean {
  return Object.values(images).some((value) => value.startsWith(shippedImagesPrefix));
}

/**
 * Reads a manifest. The weight file must exist; images are not looked for, since describing, running
 * and exporting a subnet need none. Throws `InvalidManifestError` with every problem found.
 */
export async function loadManifest(path: string): Promise<Manifest> {
  const { file, value } = await readManifestFile(path);
  const { common, spec } = readManifestFields(file, value);
  const weights = weightsOf(file, common);
  if (weights.kind === "checkpoint") await requireFile(file, weights.path);
  const defaults = familyDefaults(spec.family);
  return {
    file,
    name: common.name ?? basename(file, extname(file)),
    spec,
    weights,
    images: imagesOf(file, common),
    normalize: normalizeOf(common) ?? defaults.normalize,
    recipe: recipeOf(file, spec, common),
  };
}

/** A manifest's absolute path and its YAML, not yet checked. Throws `InvalidManifestError`. */
export async function readManifestFile(
  path: string,
): Promise<{ readonly file: string; readonly value: unknown }> {
  const file = resolve(path);
  return { file, value: parseYaml(file, await readText(file)) };
}

/** Without keys that hold undefined. */
function normalizeOf({ normalize }: CommonFields): Normalization | undefined {
  if (!normalize) return undefined;
  const { mean, std, range, channelOrder } = normalize;
  return {
    mean,
    std,
    ...(range === undefined ? {} : { range }),
    ...(channelOrder === undefined ? {} : { channelOrder }),
  };
}

function recipeOf(file: string, spec: SupernetSpec, { recipe }: CommonFields): Recipe {
  const defaults = familyDefaults(spec.family).recipe;
  const batchNorm = recipe.batchNorm ?? defaults.batchNorm;
  if (spec.family === "autoformer" && batchNorm !== "running") {
    throw new InvalidManifestError(file, [
      `recipe.batchNorm: got "${batchNorm}", allowed is "running": autoformer has no BatchNorm`,
    ]);
  }
  return {
    calibrationImages: recipe.calibrationImages ?? defaults.calibrationImages,
    batchSize: recipe.batchSize ?? defaults.batchSize,
    batchNorm,
  };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new InvalidManifestError(file, ["the manifest cannot be read"], { cause });
  }
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    const line = cause.linePos?.[0].line;
    const problem = `line ${line ?? "?"} is not YAML (${cause.code})`;
    throw new InvalidManifestError(file, [problem], { cause });
  }
}

function weightsOf(file: string, fields: CommonFields): ManifestWeights {
  const { checkpoint, landscape } = fields;
  if ((checkpoint === undefined) === (landscape === undefined)) {
    const got = checkpoint === undefined ? "neither" : "both";
    throw new InvalidManifestError(file, [
      `checkpoint: got ${got} checkpoint and landscape, allowed is exactly one of them`,
    ]);
  }
  if (landscape) return { kind: "landscape", ...landscape };
  return { kind: "checkpoint", path: resolve(dirname(file), checkpoint ?? "") };
}

async function requireFile(file: string, path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status?.isFile()) return;
  const problem = status ? "which is not a file" : "which does not exist";
  throw new InvalidManifestError(file, [
    `checkpoint: got ${path}, ${problem}, allowed is a readable weight file`,
  ]);
}

function imagesOf(file: string, fields: CommonFields): ManifestImages {
  const locate = (value: string): string =>
    value.startsWith(shippedImagesPrefix) ? value : resolve(dirname(file), value);
  const { validation, calibration, test } = fields.images;
  return {
    ...(validation === undefined ? {} : { validation: locate(validation) }),
    ...(calibration === undefined ? {} : { calibration: locate(calibration) }),
    ...(test === undefined ? {} : { test: locate(test) }),
  };
}
