import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { randperm, seedTorch } from "./torch-permutation.js";

const sha256 = (order: Int32Array): string => createHash("sha256").update(order).digest("hex");

// Expected values: torch 1.13, `g = torch.Generator(); g.manual_seed(seed); torch.randperm(n, generator=g)`.
describe("randperm", () => {
  test.each([
    [10, 0, "fdf6acceb49ea7dd8a7d6c44d388cc02580bed8b1d62416455a87cffee7a6b4d"],
    [1, 5, "df3f619804a92fdb4057192dc43dd748ea778adc52bc498ce80524c014b81119"],
    [100, 2147483647, "0b9695758836d99d85ea4ebc2a4cebaeb1d3a3978c031f398a4f0178cb2312af"],
    [5000, 4294967295, "32394e65699ab8cea857beb4712e07630b52e3c18d341cff0aa99d9da7dc98b6"],
    [5000, 2 ** 32 + 7, "f84c18e3094ced157a4d291f34c1a1f20640d8e546c240a1bc8bc0850ad788f4"],
  ])("of %i with seed %i is PyTorch's", (count, seed, expected) => {
    expect(sha256(randperm(count, seedTorch(seed)))).toBe(expected);
  });

  test("of ImageNet's training images gives once-for-all's held-out and calibration images", () => {
    const heldOut = randperm(1_281_167, seedTorch(2_147_483_647));
    expect(sha256(heldOut)).toBe(
      "7919d954b143617dfe84a9a59322f35d81c0d554214fdb62c9bbe1739bc92f82",
    );
    const calibration = randperm(1_281_167, seedTorch(937_162_211));
    expect([...calibration.subarray(0, 4)]).toEqual([925741, 825791, 779019, 1075681]);
  });

  test("goes on from where the generator is", () => {
    const generator = seedTorch(3);
    const three = [1, 2, 3].map(() => [...randperm(7, generator)]);
    expect(three).toEqual([
      [5, 3, 4, 6, 0, 2, 1],
      [2, 6, 3, 1, 5, 0, 4],
      [0, 6, 3, 4, 2, 5, 1],
    ]);
  });
});
