import { describe, expect, it } from "vitest";
import { createSearchSpace } from "../create.js";
import { tinySpec } from "../testing/tiny-spec.js";

const space = createSearchSpace(tinySpec);

/** Depths 2 and 1 of 3: blocks 2, 4 and 5 are skipped. */
const legal = {
  ks: [3, 5, 0, 7, 0, 0],
  e: [1, 2, 0, 4, 0, 0],
  d: [2, 1],
  r: 16,
};
const canonical = "r16/k3e1.k5e2/k7e4";

function reasonsFor(notation: unknown): readonly string[] {
  const read = space.legality(notation);
  return read.kind === "illegal" ? read.reasons : [];
}

function canonicalOf(notation: unknown): string | undefined {
  const read = space.legality(notation);
  return read.kind === "legal" ? read.architecture.canonical : undefined;
}

describe("legality", () => {
  it("accepts 0 and every choice for the genes of skipped blocks", () => {
    expect(canonicalOf(legal)).toBe(canonical);
    expect(canonicalOf({ ...legal, ks: [3, 5, 7, 7, 3, 5], e: [1, 2, 4, 4, 2, 0] })).toBe(
      canonical,
    );
  });

  it("accepts the spellings of the original code", () => {
    const { r, ...others } = legal;
    expect(canonicalOf({ ...others, r: [r] })).toBe(canonical);
    expect(canonicalOf({ ...others, image_size: r })).toBe(canonical);
    expect(canonicalOf({ ...others, image_size: r, r: [r], wid: null })).toBe(canonical);
  });

  it("names the gene, the value and the choices", () => {
    expect(reasonsFor({ ...legal, ks: [3, 4, 0, 7, 0, 0] })).toEqual([
      "ks[1]: got 4, allowed kernel size is 3, 5, 7",
    ]);
    expect(reasonsFor({ ...legal, e: [1, 2, 9, 4, 0, 0] })).toEqual([
      "e[2]: got 9, allowed expansion ratio is 0, 1, 2, 4",
    ]);
    expect(reasonsFor({ ...legal, r: 224 })).toEqual([
      "r: got 224, allowed resolution is 12, 16, 20",
    ]);
    expect(reasonsFor({ ...legal, d: [2, "1"] })[0]).toBe(
      'd[1]: got "1", allowed depth is 1, 2, 3',
    );
  });

  it("refuses 0 for a block that runs", () => {
    expect(reasonsFor({ ...legal, ks: [3, 0, 0, 7, 0, 0] })).toEqual([
      "ks[1]: got 0, allowed kernel size is 3, 5, 7",
    ]);
  });

  it("names every problem at once", () => {
    expect(reasonsFor({ ...legal, r: 1, ks: [1, 1, 0, 1, 0, 0] })).toHaveLength(4);
  });

  it.each([
    { ks: [3], message: "ks: got 1 values, allowed is a list of exactly 6 numbers" },
    { ks: [3, 5, 0, 7, 0, 0, 3], message: "ks: got 7 values" },
    { ks: "3,5", message: 'ks: got "3,5"' },
    { ks: undefined, message: "ks: got nothing" },
    { ks: null, message: "ks: got null" },
  ])("names a list of the wrong shape: $message", ({ ks, message }) => {
    expect(reasonsFor({ ...legal, ks })).toEqual([expect.stringContaining(message)]);
  });

  it("refuses unknown keys, and does not repeat a long one in full", () => {
    expect(reasonsFor({ ...legal, width: 1 })).toEqual([
      "width: unknown key, allowed are ks, e, d and r",
    ]);
    expect(reasonsFor({ ...legal, ["x".repeat(10_000)]: 1 })[0]?.length).toBeLessThan(120);
  });

  it("refuses two resolutions that contradict each other", () => {
    expect(reasonsFor({ ...legal, image_size: 20 })).toEqual(["image_size: got 20, but r is 16"]);
  });

  it.each([
    { r: undefined, message: "r: got nothing" },
    { r: [16, 20], message: "r: got [16,20]" },
    { r: [], message: "r: got []" },
    { r: Number.NaN, message: "r: got null" },
  ])("refuses a resolution that is not one number: $message", ({ r, message }) => {
    expect(reasonsFor({ ...legal, r })).toEqual([expect.stringContaining(message)]);
  });

  it.each([null, undefined, 7, "r16/k3e1", [], [legal], true, () => 1, 7n, Symbol("x")])(
    "refuses what is no object: %s",
    (value) => {
      expect(reasonsFor(value)).toEqual([expect.stringContaining("allowed is an object with ks")]);
    },
  );
});
