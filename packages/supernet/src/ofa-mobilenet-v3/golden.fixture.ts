import { readFileSync } from "node:fs";
import { memoryTensorSource } from "@collm/checkpoint/testing";
import { type ElasticMobileNetSpec, publishedOfaSpec } from "@collm/search-space";
import type { Manifest } from "../manifest.js";
import { loadSupernet, type Supernet } from "../supernet.js";
import { formulaImages, formulaTensors } from "./formula.fixture.js";

/** The reference outputs; see `test/golden/ofa/README.md`. */
export interface Golden {
  readonly stateDictEntries: number;
  readonly supernetParams: number;
  readonly weightXor: Readonly<Record<string, string>>;
  readonly imageXor: readonly ImageBatch[];
  readonly kernelChecks: readonly {
    readonly block: number;
    readonly ks: number;
    readonly channels: readonly number[];
    readonly values: readonly (readonly number[])[];
  }[];
  readonly subnets: readonly GoldenSubnet[];
}

export interface GoldenSubnet {
  readonly name: string;
  readonly notation: unknown;
  readonly params: number;
  readonly macs: Readonly<Record<string, number>>;
  readonly eval: readonly GoldenLogits[];
  readonly calibrated: readonly GoldenCalibration[];
}

export interface GoldenLogits {
  readonly images: string;
  readonly batch: number;
  readonly size: number;
  readonly logits16: readonly (readonly number[])[];
  readonly l2: readonly number[];
}

export interface GoldenCalibration {
  readonly batches: readonly {
    readonly images: string;
    readonly n: number;
    readonly size: number;
  }[];
  readonly bn: readonly {
    readonly name: string;
    readonly mean8: readonly number[];
    readonly variance8: readonly number[];
  }[];
  readonly norms: readonly {
    readonly name: string;
    readonly channels: number;
    readonly meanL2: number;
    readonly varianceL2: number;
  }[];
  readonly eval: readonly GoldenLogits[];
}

interface ImageBatch {
  readonly tag: string;
  readonly n: number;
  readonly size: number;
  readonly xor: string;
}

export function readGolden(width: "1.0" | "1.2"): Golden {
  const url = new URL(`../../../../test/golden/ofa/w${width}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Golden;
}

/** A manifest for tests, as `loadManifest` would give it. */
export function manifestOf(spec: ElasticMobileNetSpec): Manifest {
  return {
    file: "/test/supernet.yaml",
    name: "test",
    spec,
    weights: { kind: "checkpoint", path: "/test/weights.safetensors" },
    images: {},
    normalize: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    recipe: { calibrationImages: 2000, batchSize: 200, batchNorm: "weighted-mean" },
  };
}

/** The published network at a width, with formula weights. */
export async function formulaSupernet(width: 1.0 | 1.2): Promise<Supernet> {
  const spec = publishedOfaSpec(width);
  return await loadSupernet(manifestOf(spec), memoryTensorSource(formulaTensors(spec)));
}

export function formulaBatch(tag: string, count: number, size: number) {
  return { data: formulaImages(tag, count, size), shape: [count, 3, size, size] as const };
}

/** Largest difference, relative to the RMS of a vector of `length` numbers with this L2 norm. */
export function relativeError(
  actual: ArrayLike<number>,
  expected: readonly number[],
  l2: number,
  length: number,
): number {
  const largest = Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] as number))));
  return largest / (l2 / Math.sqrt(length));
}
