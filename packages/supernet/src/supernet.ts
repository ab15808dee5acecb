import { createHash } from "node:crypto";
import { openTensorFile, type TensorSource } from "@collm/checkpoint";
import { familyImages } from "@collm/images";
import {
  type Architecture,
  createSearchSpace,
  networkOf,
  readCuttable,
  type SearchSpace,
  type SupernetSpec,
} from "@collm/search-space";
import { loadFamily } from "./families.js";
import { InvalidManifestError } from "./invalid-manifest-error.js";
import { hasShippedImages, type Manifest } from "./manifest.js";
import type { Subnet } from "./subnet.js";

/** A trained supernet in memory, ready to be cut. */
export interface Supernet {
  readonly manifest: Manifest;
  readonly space: SearchSpace;
  /** Identity of the weights and of how they are cut; 64 hex digits. */
  readonly digest: string;
  /** What the weight file holds, for people. */
  readonly summary: SupernetSummary;
  /** Cuts the subnet of an architecture of the space. */
  subnet(architecture: Architecture): Subnet;
  /**
   * Cuts a subnet given in the family's notation. Only what the tensors can cut is checked: the
   * resolution may be any whole number of pixels from 32, since the layers do not depend on it.
   */
  subnetOfNotation(notation: unknown): SubnetOutcome;
}

export type SubnetOutcome =
  | { readonly kind: "subnet"; readonly subnet: Subnet }
  | { readonly kind: "illegal"; readonly reasons: readonly string[] };

export interface SupernetSummary {
  readonly checkpointSha256: string;
  readonly tensorCount: number;
  /** Trained numbers of the supernet, kernel matrices included. */
  readonly paramsCount: number;
}

/**
 * Loads the supernet of a manifest. Throws `InvalidManifestError` when the manifest has no weights,
 * `CheckpointFormatError` for a broken file and `SupernetTensorError` for the wrong tensors.
 */
export async function openSupernet(manifest: Manifest): Promise<Supernet> {
  if (manifest.weights.kind !== "checkpoint") {
    throw new InvalidManifestError(manifest.file, [
      "checkpoint: got nothing (the manifest has a landscape), allowed is a weight file",
    ]);
  }
  const source = await openTensorFile(manifest.weights.path);
  try {
    return await loadSupernet(manifest, source);
  } finally {
    await source.close();
  }
}

/** Loads a supernet from tensors that are already open; the caller closes them. */
export async function loadSupernet(manifest: Manifest, source: TensorSource): Promise<Supernet> {
  const { spec } = manifest;
  const checkpointSha256 = await source.digest();
  const digest = supernetDigest(spec, checkpointSha256);
  const { tensors, cut } = await loadFamily(spec, source);
  const space = createSearchSpace(spec);

  const cutFrom = (cuttable: SearchSpace, architecture: Architecture): Subnet => ({
    ...cut(cuttable, architecture),
    canonical: architecture.canonical,
    notation: cuttable.notation(architecture),
    classes: spec.classes,
    cost: cuttable.cost(architecture),
    supernetDigest: digest,
    ...(hasShippedImages(manifest)
      ? {}
      : { preprocessing: familyImages(spec.family).preprocessing }),
    normalize: manifest.normalize,
  });
  return {
    manifest,
    space,
    digest,
    summary: {
      checkpointSha256,
      tensorCount: tensors.tensorCount,
      paramsCount: tensors.paramsCount,
    },
    subnet: (architecture) => cutFrom(space, architecture),
    subnetOfNotation: (notation) => {
      const read = readCuttable(spec, notation);
      return read.kind === "illegal"
        ? read
        : { kind: "subnet", subnet: cutFrom(read.space, read.architecture) };
    },
  };
}

/**
 * Two manifests with the same digest give the same logits for the same architecture. What only
 * restricts the search, such as the list of resolutions, is left out: it changes no result.
 */
export function supernetDigest(spec: SupernetSpec, weightsDigest: string): string {
  return createHash("sha256")
    .update(JSON.stringify({ network: sortKeys(networkOf(spec)), weights: weightsDigest }))
    .digest("hex");
}

/** The same value with the keys of every object in one order, so that it has one JSON text. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}
