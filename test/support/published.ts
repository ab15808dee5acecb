import { readFileSync } from "node:fs";
import type { Tensor } from "@collm/checkpoint";
import {
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
} from "@collm/search-space";
import {
  autoFormerImages,
  autoFormerTensors,
  formulaImages,
  formulaTensors,
  shuffleNetImages,
  shuffleNetTensors,
} from "@collm/supernet/testing";

/** A published supernet with weights from a formula, and what the original code makes of one subnet. */
export interface PublishedCase {
  readonly name: string;
  /** The manifest without `checkpoint`. */
  readonly manifest: Readonly<Record<string, unknown>>;
  tensors(): ReadonlyMap<string, Tensor>;
  readonly architecture: unknown;
  readonly input: { readonly shape: readonly number[]; data(): Float32Array };
  /** First 16 logits of each image, in double precision. */
  readonly logits16: readonly (readonly number[])[];
  /** Accepted absolute difference; the notes in `test/golden` say where it comes from. */
  readonly tolerance: number;
}

function golden<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${path}`, import.meta.url), "utf8")) as T;
}

interface OfaGolden {
  readonly subnets: readonly {
    readonly name: string;
    readonly notation: unknown;
    readonly eval: readonly {
      readonly images: string;
      readonly batch: number;
      readonly size: number;
      readonly logits16: readonly (readonly number[])[];
      readonly l2: readonly number[];
    }[];
  }[];
}

function ofaCase(): PublishedCase {
  const { subnets } = golden<OfaGolden>("ofa/w1.0.json");
  const subnet = subnets.find(({ name }) => name === "mixed-a");
  const evaluation = subnet?.eval.find(({ size }) => size === 160);
  if (!subnet || !evaluation) throw new Error("test/golden/ofa/w1.0.json lacks mixed-a at 160");
  const { images, batch, size, logits16, l2 } = evaluation;
  return {
    name: "ofa-mobilenet-v3",
    manifest: { family: "ofa-mobilenet-v3", width: 1.0 },
    tensors: () => formulaTensors(publishedOfaSpec(1.0)),
    architecture: subnet.notation,
    input: { shape: [batch, 3, size, size], data: () => formulaImages(images, batch, size) },
    logits16,
    // Relative to the root mean square of the 1000 logits.
    tolerance: (2e-4 * Math.min(...l2)) / Math.sqrt(1000),
  };
}

interface SposGolden {
  readonly cases: readonly {
    readonly name: string;
    readonly arch: readonly number[];
    readonly eval_224: {
      readonly image_ids: readonly number[];
      readonly images: readonly { readonly logits16_f64: readonly number[] }[];
    };
  }[];
}

function sposCase(): PublishedCase {
  const found = golden<SposGolden>("spos/spos.json").cases.find(({ name }) => name === "readme");
  if (!found) throw new Error("test/golden/spos/spos.json lacks readme");
  const { image_ids: ids, images } = found.eval_224;
  return {
    name: "spos-shufflenet-v2",
    manifest: { family: "spos-shufflenet-v2" },
    tensors: () => shuffleNetTensors(publishedShuffleNetSpec()),
    architecture: found.arch,
    input: { shape: [ids.length, 3, 224, 224], data: () => shuffleNetImages(ids, 224) },
    logits16: images.map(({ logits16_f64 }) => logits16_f64),
    tolerance: 2e-4,
  };
}

interface AutoFormerGolden {
  readonly archs: readonly {
    readonly id: string;
    readonly config: unknown;
    readonly f64: { readonly logits_first16: readonly (readonly number[])[] };
  }[];
}

function autoFormerCase(): PublishedCase {
  const { archs } = golden<AutoFormerGolden>("autoformer/tiny.json");
  const found = archs.find(({ id }) => id === "tiny-official");
  if (!found) throw new Error("test/golden/autoformer/tiny.json lacks tiny-official");
  return {
    name: "autoformer",
    manifest: { family: "autoformer", size: "tiny" },
    tensors: () => autoFormerTensors(publishedAutoFormerSpec("tiny")),
    architecture: found.config,
    input: { shape: [2, 3, 224, 224], data: () => autoFormerImages() },
    logits16: found.f64.logits_first16,
    tolerance: 2e-5,
  };
}

/** One case for each family. */
export const publishedCases: readonly PublishedCase[] = [ofaCase(), sposCase(), autoFormerCase()];

/** Largest difference of the first 16 logits of any image; `logits` is `[images, classes]`. */
export function largestDifference(
  logits: ArrayLike<number>,
  expected: readonly (readonly number[])[],
): number {
  const classes = logits.length / expected.length;
  const differences = expected.flatMap((first16, image) =>
    first16.map((logit, i) => Math.abs(logit - (logits[image * classes + i] as number))),
  );
  return Math.max(...differences);
}
