import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, type Tensor } from "@collm/checkpoint";

import type { SpaceSpec } from "@collm/search-space";
import { loadManifest, openSupernet, type Subnet, type Supernet } from "@collm/supernet";
import { type Inputs, inputBatch } from "../inputs.js";
import type { BenchSubnet, Calibration } from "./bench-subnet.js";

/** Batches of a re-estimation; the recipes of the published supernets have 10 and 200. */
const calibrationBatches = 2;

/**
 * A published supernet with weights from a formula, written to a file that both sides read: speed
 * does not depend on what the numbers are, and nothing has to be downloaded.
 */
export class FormulaSupernet {
  readonly #supernet: Supernet;
  readonly #weightsPath: string;
  readonly #images: (count: number, side: number) => Float32Array;

  private constructor(
    supernet: Supernet,
    weightsPath: string,
    images: (count: number, side: number) => Float32Array,
  ) {
    this.#supernet = supernet;
    this.#weightsPath = weightsPath;
    this.#images = images;
  }

  static async write<Spec extends SpaceSpec>(
    folder: string,
    name: string,
    source: {
      readonly spec: Spec;
      readonly tensors: (spec: Spec) => ReadonlyMap<string, Tensor>;
      /** Images as they enter the network. */
      readonly images: (count: number, side: number) => Float32Array;
    },
  ): Promise<FormulaSupernet> {
    const weightsPath = join(folder, `${name}.safetensors`);
    await writeFile(weightsPath, encodeSafetensors(source.tensors(source.spec)));
    const manifestPath = join(folder, `${name}.yaml`);
    // JSON is YAML.
    await writeFile(manifestPath, JSON.stringify({ ...source.spec, checkpoint: weightsPath }));
    const supernet = await openSupernet(await loadManifest(manifestPath));
    return new FormulaSupernet(supernet, weightsPath, source.images);
  }

  get space() {
    return this.#supernet.space;
  }

  /** A subnet given in the family's notation. */
  subnet(role: string, notation: unknown, isCompared = true): BenchSubnet {
    const cut = (): Subnet => {
      const outcome = this.#supernet.subnetOfNotation(notation);
      if (outcome.kind === "illegal") throw new RangeError(outcome.reasons.join("; "));
      return outcome.subnet;
    };
    const { resolution } = cut();
    const inputs = async (count: number): Promise<Inputs> => ({
      count,
      elements: this.#images(count, resolution),
      shape: [3, resolution, resolution],
    });
    return {
      role,
      spec: this.#supernet.space.spec,
      weightsPath: this.#weightsPath,
      isCompared,
      cut,
      inputs,
      calibration: async (): Promise<Calibration | undefined> => {
        const { batchNorm, batchSize } = this.#supernet.manifest.recipe;
        // A subnet whose start alone is timed starts from the checkpoint's statistics.
        if (batchNorm === "running" || !isCompared) return undefined;
        const batch = inputBatch(await inputs(batchSize), 0, batchSize);
        return {
          imagesCount: calibrationBatches * batchSize,
          mode: batchNorm,
          batches: () => new Array(calibrationBatches).fill(batch),
        };
      },
    };
  }
}
