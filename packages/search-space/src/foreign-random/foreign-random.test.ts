import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MersenneTwister, wordsOf } from "./mersenne-twister.js";
import { numpyRandint, seedNumpy } from "./numpy-random.js";
import { pythonChoice, seedPython } from "./python-random.js";

function golden<T>(family: string): T {
  const file = new URL(`../../../../test/golden/${family}/search.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

const times = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe("MersenneTwister", () => {
  it("is the published generator for a key of words", () => {
    // First and last outputs of the authors' mt19937ar.out.
    const twister = MersenneTwister.fromKey([0x123, 0x234, 0x345, 0x456]);
    const words = times(1000, () => twister.nextUint32());
    expect(words.slice(0, 5)).toEqual([1067595299, 955945823, 477289528, 4107218783, 4228976476]);
    expect(words.at(-1)).toBe(3460025646);
  });

  it("goes on in a clone without moving itself", () => {
    const twister = seedNumpy(3);
    times(700, () => twister.nextUint32());
    const clone = twister.clone();
    const ahead = times(700, () => clone.nextUint32());
    expect(times(700, () => twister.nextUint32())).toEqual(ahead);
  });

  it("is seeded by all words of a large seed", () => {
    expect(wordsOf(0)).toEqual([0]);
    expect(wordsOf(2 ** 32 + 5)).toEqual([5, 1]);
    expect(seedNumpy(2 ** 32 + 5).nextUint32()).not.toBe(seedNumpy(5).nextUint32());
    expect(seedPython(2 ** 32 + 5).nextUint32()).not.toBe(seedPython(5).nextUint32());
  });
});

describe("NumPy's legacy RandomState", () => {
  it("is seeded and draws like the original", () => {
    const { numpy_check: check } = golden<{
      numpy_check: {
        seed0_uint32_first5: number[];
        seed0_randint4_first20: number[];
        seed0_randint10_first20: number[];
        seed0_random_sample_first3: number[];
      };
    }>("spos");
    const fresh = (): MersenneTwister => seedNumpy(0);
    let twister = fresh();
    expect(times(5, () => twister.nextUint32())).toEqual(check.seed0_uint32_first5);
    twister = fresh();
    expect(times(20, () => numpyRandint(twister, 4))).toEqual(check.seed0_randint4_first20);
    twister = fresh();
    expect(times(20, () => numpyRandint(twister, 10))).toEqual(check.seed0_randint10_first20);
    twister = fresh();
    expect(times(3, () => twister.nextDouble())).toEqual(check.seed0_random_sample_first3);
  });

  it("draws nothing for a bound of 1", () => {
    const twister = seedNumpy(0);
    expect(times(5, () => numpyRandint(twister, 1))).toEqual([0, 0, 0, 0, 0]);
    expect(twister.nextUint32()).toBe(seedNumpy(0).nextUint32());
  });
});

describe("CPython's random", () => {
  it("is seeded and draws like the original", () => {
    const { rng_check: check } = golden<{ rng_check: Record<string, number[]> }>("autoformer");
    const twister = seedPython(0);
    expect(times(4, () => twister.nextDouble())).toEqual(check["random()"]);
    const drawn = [2, 3, 10, 50].map((length) => pythonChoice(twister, [...Array(length).keys()]));
    expect(drawn).toEqual(check["then choice([0..n-1]) for n=2,3,10,50"]);
  });

  it("draws for a list of one too, and refuses none", () => {
    const twister = seedPython(0);
    expect(pythonChoice(twister, ["only"])).toBe("only");
    expect(twister.nextUint32()).not.toBe(seedPython(0).nextUint32());
    expect(() => pythonChoice(twister, [])).toThrow(RangeError);
  });
});
