import { type CheckpointOrigin, checkpointOrigin, openTensorFile } from "@collm/checkpoint";
import type { Architecture, Cost } from "@collm/search-space";
import {
  buildInferenceGraph,
  graphNames,
  InvalidManifestError,
  loadManifest,
  openSupernet,
  runningStatistics,
  type Supernet,
} from "@collm/supernet";
import { openNetwork } from "./network.js";
import type { RuntimeSettings } from "./runtime.js";

/** What a manifest's weight file is, and that its subnets run. */
export interface SupernetVerification {
  readonly name: string;
  readonly family: string;
  readonly checkpoint: {
    readonly path: string;
    /** Container, tensors and where they lie in the file, for people. */
    readonly description: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    /** Name of the file in a git repository: SHA-1 of `blob <size>\0` and its bytes. */
    readonly gitBlobId: string;
    readonly origin: CheckpointOrigin;
  };
  readonly tensorCount: number;
  /** Trained numbers of the supernet. */
  readonly paramsCount: number;
  /** Identity of the weights and of how they are cut. */
  readonly digest: string;
  /** The smallest and the largest subnet, run once with the checkpoint's statistics. */
  readonly subnets: readonly VerifiedSubnet[];
}

export interface VerifiedSubnet {
  readonly canonical: string;
  readonly cost: Cost;
  /** Cutting, building, loading and one image. */
  readonly seconds: number;
  readonly hasFiniteLogits: boolean;
}

/**
 * Reads a manifest's weights as a search would and runs the ends of its space on one grey image.
 * Throws the errors of manifest and weight file, which name what is wrong.
 */
export async function verifySupernet(
  manifestPath: string,
  runtime: RuntimeSettings,
): Promise<SupernetVerification> {
  const manifest = await loadManifest(manifestPath);
  if (manifest.weights.kind !== "checkpoint") {
    throw new InvalidManifestError(manifest.file, [
      "checkpoint: got nothing (the manifest has a landscape), allowed is a weight file",
    ]);
  }
  const { path } = manifest.weights;
  const source = await openTensorFile(path);
  const { description } = source;
  const identity = await source.identity().finally(() => source.close());
  const supernet = await openSupernet(manifest);
  const { space } = supernet;
  const largest = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
  const subnets: VerifiedSubnet[] = [];
  for (const architecture of [space.cheapest("macs"), largest]) {
    subnets.push(await runOnce(supernet, architecture, runtime));
  }
  return {
    name: manifest.name,
    family: manifest.spec.family,
    checkpoint: { path, description, ...identity, origin: checkpointOrigin(identity) },
    tensorCount: supernet.summary.tensorCount,
    paramsCount: supernet.summary.paramsCount,
    digest: supernet.digest,
    subnets,
  };
}

async function runOnce(
  supernet: Supernet,
  architecture: Architecture,
  runtime: RuntimeSettings,
): Promise<VerifiedSubnet> {
  const started = performance.now();
  const subnet = supernet.subnet(architecture);
  const network = await openNetwork(
    buildInferenceGraph(subnet, runningStatistics(subnet)),
    runtime,
    { isForFewRuns: true },
  );
  const side = subnet.resolution;
  const image = new Float32Array(3 * side * side).fill(subnet.normalize.range === 255 ? 128 : 0);
  try {
    const batch = { imagesCount: 1, input: image, shape: [1, 3, side, side] };
    const { logits } = await network.run(batch, [graphNames.logits]);
    return {
      canonical: subnet.canonical,
      cost: subnet.cost,
      seconds: (performance.now() - started) / 1000,
      hasFiniteLogits: logits.every(Number.isFinite),
    };
  } finally {
    await network.release();
  }
}
