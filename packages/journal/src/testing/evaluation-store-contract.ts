import type { EvaluationResult, EvaluationStore } from "@collm/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryText } from "./arbitrary-events.js";

/** One implementation under test. */
export interface EvaluationStoreHarness {
  /** A handle on the store of this name; the same name is the same store. */
  open(name: string): Promise<EvaluationStore> | EvaluationStore;
  /** Runs of each property. Default 25. */
  readonly numRuns?: number;
}

const result = fc.record({
  top1Percent: fc.double({ min: 0, max: 100, noNaN: true, noDefaultInfinity: true }),
  top5Percent: fc.double({ min: 0, max: 100, noNaN: true }),
  images: fc.integer({ min: 1, max: 50_000 }),
  seconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
});

/** What every evaluation store promises. */
export function describeEvaluationStore(
  implementation: string,
  harness: EvaluationStoreHarness,
): void {
  const { open } = harness;
  const numRuns = harness.numRuns ?? 25;
  let names = 0;
  const freshName = () => {
    names += 1;
    return `store-${names}`;
  };

  // A busy disk may take a second for each write.
  describe(`${implementation} as an evaluation store`, { timeout: 60_000 }, () => {
    it("gives undefined for a key that nobody wrote", async () => {
      const store = await open(freshName());
      expect(await store.read("a@b")).toBeUndefined();
    });

    it("gives every result back under its key, also through another handle", async () => {
      const entries = fc.uniqueArray(fc.tuple(arbitraryText, result), {
        selector: ([key]) => key,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(entries, async (list) => {
          const name = freshName();
          const [writer, reader] = [await open(name), await open(name)];
          for (const [key, value] of list) expect(await writer.write(key, value)).toEqual(value);
          for (const [key, value] of list) expect(await reader.read(key)).toEqual(value);
        }),
        { numRuns },
      );
    });

    it("keeps the first result and gives it to later writers", async () => {
      const store = await open(freshName());
      await store.write("a@b", resultOf(1));
      expect(await store.write("a@b", resultOf(2))).toEqual(resultOf(1));
      expect(await store.read("a@b")).toEqual(resultOf(1));
    });

    it("lets one of many writers at once win, and all of them see the same result", async () => {
      for (let round = 0; round < 5; round += 1) {
        const name = freshName();
        const seen = await Promise.all(
          Array.from({ length: 8 }, async (_, i) => {
            const store = await open(name);
            return store.write("a@b", resultOf(i + 1));
          }),
        );
        const stored = await (await open(name)).read("a@b");
        expect(stored).toBeDefined();
        for (const one of seen) expect(one).toEqual(stored);
      }
    });
  });
}

function resultOf(images: number): EvaluationResult {
  return { top1Percent: 50, top5Percent: 90, images, seconds: 1 };
}
