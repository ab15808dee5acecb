import { fileURLToPath } from "node:url";
import { createImageLocator } from "@collm/demo";
import { calibrationImages, measureSubnet, openSplit } from "@collm/evaluation";
import { firstImages, type ImageSet } from "@collm/images";
import { decodeCheckpoint, encodeCheckpoint } from "@collm/journal";
import type { EvaluationCheckpoint } from "@collm/search";
import { loadManifest, openSupernet, type Subnet } from "@collm/supernet";
import { beforeAll, describe, expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const locateImages = createImageLocator(path("../../../.cache/demo"));
const runtime = { executionProvider: "cpu", threads: 1 };

/** Images by phase that went through networks. */
type Images = { calibrate: number; run: number };
const count = { calibrate: 250, run: 168 };
const batch = { calibrate: 50, run: 16 };

describe("a measurement of the demo supernet", { timeout: 120_000 }, () => {
  let subnet: Subnet;
  let measured: ImageSet;
  let calibrating: ImageSet;

  beforeAll(async () => {
    const supernet = await openSupernet(
      await loadManifest(path("../../../packages/demo/digits.yaml")),
    );
    const { space } = supernet;
    subnet = supernet.subnet(space.canonicalise(space.genes.map(() => 1)));
    const load = async (split: "validation" | "calibration") => {
      const packed = await openSplit(supernet.manifest, split, locateImages);
      const images = await packed.load(subnet.resolution);
      await packed.close();
      return images;
    };
    measured = firstImages(await load("validation"), count.run);
    calibrating = await load("calibration");
  }, 120_000);

  /** Measures until so many batches are done, if they are; tells the checkpoints and the images. */
  async function measure(
    batchNorm: "weighted-mean" | "exponential" | "cumulative",
    { from, stopAfter }: { from?: EvaluationCheckpoint | undefined; stopAfter?: number } = {},
  ) {
    const recipe = { calibrationImages: count.calibrate, batchSize: batch.calibrate, batchNorm };
    const stop = new AbortController();
    const checkpoints: EvaluationCheckpoint[] = [];
    const images: Images = { calibrate: 0, run: 0 };
    const before: Partial<Images> = {};
    let batches = 0;
    const measurement = await measureSubnet(
      subnet,
      measured,
      calibrationImages(calibrating, recipe),
      {
        runtime,
        stop: stop.signal,
        checkpoints: { from, everyMs: 60_000, onCheckpoint: (one) => checkpoints.push(one) },
        onProgress: ({ phase, imagesDone }) => {
          if (phase === "build") return;
          const done = imagesDone - (before[phase] ?? imagesDone);
          before[phase] = imagesDone;
          images[phase] += done;
          if (done > 0 && ++batches === stopAfter) stop.abort(new Error("stopped"));
        },
      },
    ).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
      return undefined;
    });
    return { measurement, checkpoint: checkpoints.at(-1), images };
  }

  test.each(["weighted-mean", "exponential", "cumulative"] as const)(
    "counts the same wherever it is interrupted, and does no batch twice (%s)",
    async (mode) => {
      const { measurement: whole, images } = await measure(mode);
      expect(images).toEqual(count);
      expect(whole?.top1Count).toBeGreaterThan(count.run / 10);
      const batches = count.calibrate / batch.calibrate + Math.ceil(count.run / batch.run);
      for (let stopAfter = 1; stopAfter < batches; stopAfter++) {
        const first = await measure(mode, { stopAfter });
        expect(first.measurement).toBeUndefined();
        // As it comes back from a store.
        const { head, statistics } = encodeCheckpoint(
          "a@b",
          first.checkpoint as EvaluationCheckpoint,
        );
        const from = await decodeCheckpoint("test", "a@b", head, () => statistics?.bytes);
        const second = await measure(mode, { from });
        expect({ ...second.measurement, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
        expect(first.images.calibrate + second.images.calibrate).toBe(count.calibrate);
        expect(first.images.run + second.images.run).toBe(count.run);
      }
    },
  );
});
