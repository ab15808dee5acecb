import type { CheckpointStore, EvaluationCheckpoint } from "@collm/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryText } from "./arbitrary-events.js";

/** One implementation under test. */
export interface CheckpointStoreHarness {
  /** A handle on the store of this name; the same name is the same store. */
  open(name: string): Promise<CheckpointStore> | CheckpointStore;
  /** Changes bytes of all that the store of this name keeps, behind its back. */
  damage(name: string): Promise<void>;
}

const count = fc.nat(50_000);
const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });
/** Zeros of both signs, infinities and subnormal numbers included. */
const statistics = fc.nat(40).chain((length) => {
  const channels = fc.float64Array({ minLength: length, maxLength: length, noNaN: true });
  return fc.record({
    imagesDone: count,
    batchesDone: count,
    means: channels,
    variances: channels,
  });
});
const checkpoint: fc.Arbitrary<EvaluationCheckpoint> = fc.record(
  {
    plan: fc.record({
      calibrationImages: count,
      calibrationBatchSize: count,
      channels: count,
      images: count,
      batchSize: count,
    }),
    calibration: statistics,
    imagesDone: count,
    top1Count: count,
    top5Count: count,
    seconds: fc.record({ build: seconds, calibrate: seconds, run: seconds }),
  },
  {
    requiredKeys: ["plan", "imagesDone", "top1Count", "top5Count", "seconds"],
  },
);

/** What every checkpoint store promises. */
export function describeCheckpointStore(
  implementation: string,
  { open, damage }: CheckpointStoreHarness,
): void {
  let names = 0;
  const freshName = () => `checkpoints-${++names}`;

  describe(`${implementation} as a checkpoint store`, { timeout: 60_000 }, () => {
    it("gives the latest checkpoint of each key bit for bit, also through another handle", async () => {
      const writes = fc.array(fc.tuple(fc.constantFrom("a@b", "c@d", "é…@"), checkpoint), {
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(writes, arbitraryText, async (list, other) => {
          const name = freshName();
          const [writer, reader] = [await open(name), await open(name)];
          for (const [key, value] of list) await writer.write(key, value);
          for (const [key, value] of new Map(list)) expect(await reader.read(key)).toEqual(value);
          if (!list.some(([key]) => key === other)) {
            expect(await reader.read(other)).toBeUndefined();
          }
        }),
        { numRuns: 15 },
      );
    });

    it("keeps all of a published network: 26,000 channels", async () => {
      const name = freshName();
      const means = Float64Array.from({ length: 26_000 }, (_, i) => Math.sin(i) / 3);
      const value = checkpointOf({ means, variances: means.map(Math.exp) });
      await (await open(name)).write("a@b", value);
      expect(await (await open(name)).read("a@b")).toEqual(value);
    });

    it("forgets what is removed, and removing nothing is no error", async () => {
      const store = await open(freshName());
      await store.remove("a@b");
      await store.write("a@b", checkpointOf());
      await store.remove("a@b");
      expect(await store.read("a@b")).toBeUndefined();
      await store.write("a@b", checkpointOf({ imagesDone: 32 }));
      expect(await store.read("a@b")).toEqual(checkpointOf({ imagesDone: 32 }));
    });

    it("calls what was damaged data loss, and takes a new checkpoint instead", async () => {
      const name = freshName();
      const store = await open(name);
      await store.write("a@b", checkpointOf());
      await damage(name);
      await expect(store.read("a@b")).rejects.toMatchObject({ code: "data-loss" });
      const later = await open(name);
      await later.write("a@b", checkpointOf());
      expect(await later.read("a@b")).toEqual(checkpointOf());
    });

    it("never mixes the checkpoints of writers at once", async () => {
      const name = freshName();
      const values = Array.from({ length: 6 }, (_, i) =>
        checkpointOf({ imagesDone: 16 * i, means: Float64Array.of(i, i) }),
      );
      await Promise.all(
        values.map(async (value) => {
          const store = await open(name);
          await store.write("a@b", value);
        }),
      );
      const kept = await (await open(name)).read("a@b").catch((error: unknown) => error);
      // Either one of them, or pieces of two, which is data loss and not a checkpoint.
      if (kept instanceof Error) expect(kept).toMatchObject({ code: "data-loss" });
      else expect(values).toContainEqual(kept);
    });
  });
}

/** A checkpoint in the middle of a run. */
export function checkpointOf({
  imagesDone = 16,
  means = Float64Array.of(0.1, 0.2),
  variances = Float64Array.of(1, 2),
}: {
  readonly imagesDone?: number;
  readonly means?: Float64Array;
  readonly variances?: Float64Array;
} = {}): EvaluationCheckpoint {
  return {
    plan: {
      calibrationImages: 32,
      calibrationBatchSize: 16,
      channels: means.length,
      images: 64,
      batchSize: 16,
    },
    calibration: { imagesDone: 32, batchesDone: 2, means, variances },
    imagesDone,
    top1Count: 5,
    top5Count: 9,
    seconds: { build: 0.1, calibrate: 1.5, run: 0.25 },
  };
}
