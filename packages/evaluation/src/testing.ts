import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Tensor } from "@collm/checkpoint";
import { encodeSafetensors } from "@collm/checkpoint";
import { writeFormulaImages } from "@collm/images/testing";
import { createRng, type ElasticMobileNetSpec, planBlocks } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";

export interface TinySupernetOptions {
  /** Images of the validation and of the test split. Default 64. */
  readonly images?: number;
  /** Default: 32 images in batches of 16. */
  readonly recipe?: Readonly<Record<string, unknown>>;
  /** Default: the shape that search spaces are tested with. */
  readonly spec?: ElasticMobileNetSpec;
}

/**
 * Writes a small supernet with random weights and formula images into a folder: everything an
 * evaluation needs, in milliseconds. Gives the manifest's path.
 */
export async function writeTinySupernet(
  folder: string,
  options: TinySupernetOptions = {},
): Promise<string> {
  const { images = 64, spec = tinySpec } = options;
  const recipe = { calibrationImages: 32, batchSize: 16, ...options.recipe };
  const weights = join(folder, "weights.safetensors");
  await writeFile(weights, encodeSafetensors(randomTensors(spec)));
  const { classes, resolutions } = spec;
  const splits = { validation: images, calibration: 32, test: images };
  await Promise.all(
    Object.entries(splits).map(([split, count], seed) =>
      writeFormulaImages(join(folder, `${split}.safetensors`), {
        count,
        classes,
        resolutions,
        seed,
      }),
    ),
  );
  const manifest = join(folder, "tiny.yaml");
  const imagePaths = Object.fromEntries(
    Object.keys(splits).map((split) => [split, `./${split}.safetensors`]),
  );
  const fields = { ...spec, checkpoint: "./weights.safetensors", images: imagePaths, recipe };
  // JSON is YAML.
  await writeFile(manifest, JSON.stringify(fields));
  return manifest;
}

function randomTensors(spec: ElasticMobileNetSpec): ReadonlyMap<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  const add = (name: string, shape: readonly number[], centre = 0, spread?: number): void => {
    const rng = createRng("tiny", name);
    const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
    const scale = spread ?? 2 / Math.sqrt(fanIn);
    const length = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length }, () => centre + scale * (2 * rng.next() - 1));
    tensors.set(name, { dtype: "float32", shape, data });
  };
  const norm = (name: string, channels: number): void => {
    add(`${name}.weight`, [channels], 1, 0.3);
    add(`${name}.bias`, [channels], 0, 0.2);
    add(`${name}.running_mean`, [channels], 0, 0.2);
    add(`${name}.running_var`, [channels], 1, 0.3);
  };
  const conv = (name: string, norms: string, shape: readonly [number, ...number[]]): void => {
    add(`${name}.weight`, shape);
    norm(norms, shape[0]);
  };

  conv("first_conv.conv", "first_conv.bn", [spec.stem, 3, 3, 3]);
  const first = "blocks.0.mobile_inverted_conv";
  conv(`${first}.depth_conv.conv`, `${first}.depth_conv.bn`, [spec.stem, 1, 3, 3]);
  conv(`${first}.point_linear.conv`, `${first}.point_linear.bn`, [
    spec.firstBlock,
    spec.stem,
    1,
    1,
  ]);
  for (const block of largestBlocks(spec)) {
    const { inChannels, midChannels, outChannels, kernel, squeezeChannels } = block;
    const prefix = `blocks.${block.block + 1}.mobile_inverted_conv`;
    const elastic = (layer: string, shape: readonly [number, ...number[]]): void =>
      conv(`${prefix}.${layer}.conv.conv`, `${prefix}.${layer}.bn.bn`, shape);
    elastic("inverted_bottleneck", [midChannels, inChannels, 1, 1]);
    elastic("depth_conv", [midChannels, 1, kernel, kernel]);
    spec.kernels.slice(1).forEach((from, i) => {
      const to = spec.kernels[i] as number;
      add(`${prefix}.depth_conv.conv.${from}to${to}_matrix`, [to * to, to * to]);
    });
    if (squeezeChannels !== undefined) {
      const squeeze = `${prefix}.depth_conv.se.fc`;
      add(`${squeeze}.reduce.weight`, [squeezeChannels, midChannels, 1, 1]);
      add(`${squeeze}.reduce.bias`, [squeezeChannels], 0, 0.2);
      add(`${squeeze}.expand.weight`, [midChannels, squeezeChannels, 1, 1]);
      add(`${squeeze}.expand.bias`, [midChannels], 1, 0.2);
    }
    elastic("point_linear", [outChannels, midChannels, 1, 1]);
  }
  const lastWidth = spec.stages.at(-1)?.width ?? spec.firstBlock;
  conv("final_expand_layer.conv", "final_expand_layer.bn", [spec.finalExpand, lastWidth, 1, 1]);
  add("feature_mix_layer.conv.weight", [spec.featureMix, spec.finalExpand, 1, 1]);
  add("classifier.linear.weight", [spec.classes, spec.featureMix]);
  add("classifier.linear.bias", [spec.classes], 0, 0.2);
  return tensors;
}

function largestBlocks(spec: ElasticMobileNetSpec): ReturnType<typeof planBlocks> {
  const largest = (choices: readonly number[]): number => choices.at(-1) as number;
  const blocks = spec.stages.length * largest(spec.depths);
  return planBlocks(spec, {
    resolution: largest(spec.resolutions),
    depths: spec.stages.map(() => largest(spec.depths)),
    kernels: Array<number>(blocks).fill(largest(spec.kernels)),
    expansions: Array<number>(blocks).fill(largest(spec.expansions)),
  });
}
