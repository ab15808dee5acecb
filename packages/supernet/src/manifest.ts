import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, resolve } from "node:path";
import { publishedOfaSpec, type SpaceSpec } from "@collm/search-space";
import { parse, YAMLParseError } from "yaml";
import type { z } from "zod";
import { InvalidManifestError } from "./invalid-manifest-error.js";
import { manifestProblems } from "./manifest-problems.js";
import { familySchema, publishedManifestSchema, tableManifestSchema } from "./manifest-schema.js";

/** A supernet as its manifest describes it: complete, with absolute paths. */
export interface Manifest {
  /** Where it was read from. */
  readonly file: string;
  readonly name: string;
  readonly spec: SpaceSpec;
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

/** A pixel `p` in 0..1 enters the network as `(p - mean) / std`; R, G, B. */
export interface Normalization {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** How BatchNorm statistics are re-estimated. */
export interface Recipe {
  readonly calibrationImages: number;
  /** Images per calibration batch; the statistics depend on it. */
  readonly batchSize: number;
  readonly batchNorm: "running" | "weighted-mean";
}

/** Image values with this prefix name data sets that the project ships, not paths. */
const shippedImagesPrefix = "demo:";

type ManifestFields = z.infer<typeof publishedManifestSchema> | z.infer<typeof tableManifestSchema>;

/**
 * Reads a manifest. The weight file must exist; images are not looked for, since describing, running
 * and exporting a subnet need none. Throws `InvalidManifestError` with every problem found.
 */
export async function loadManifest(path: string): Promise<Manifest> {
  const file = resolve(path);
  const value = parseYaml(file, await readText(file));
  const fields = validate(file, value);
  const weights = weightsOf(file, fields);
  if (weights.kind === "checkpoint") await requireFile(file, weights.path);
  return {
    file,
    name: fields.name ?? basename(file, extname(file)),
    spec: specOf(fields),
    weights,
    images: imagesOf(file, fields),
    normalize: fields.normalize,
    recipe: fields.recipe,
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

/** The family decides first, then `width` decides between the two forms. */
function validate(file: string, value: unknown): ManifestFields {
  const check = <T>(schema: z.ZodType<T>): T => {
    const checked = schema.safeParse(value);
    if (checked.success) return checked.data;
    throw new InvalidManifestError(file, manifestProblems(checked.error, value));
  };
  const named: object = check(familySchema);
  return "width" in named ? check(publishedManifestSchema) : check(tableManifestSchema);
}

function weightsOf(file: string, fields: ManifestFields): ManifestWeights {
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

function specOf(fields: ManifestFields): SpaceSpec {
  if ("width" in fields) {
    const published = publishedOfaSpec(fields.width);
    return { ...published, resolutions: fields.resolutions ?? published.resolutions };
  }
  const { name, checkpoint, landscape, images, normalize, recipe, ...spec } = fields;
  return spec;
}

function imagesOf(file: string, fields: ManifestFields): ManifestImages {
  const locate = (value: string): string =>
    value.startsWith(shippedImagesPrefix) ? value : resolve(dirname(file), value);
  const { validation, calibration, test } = fields.images;
  return {
    ...(validation === undefined ? {} : { validation: locate(validation) }),
    ...(calibration === undefined ? {} : { calibration: locate(calibration) }),
    ...(test === undefined ? {} : { test: locate(test) }),
  };
}
