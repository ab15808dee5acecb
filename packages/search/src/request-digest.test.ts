import { describe, expect, it } from "vitest";
import { requestDigest } from "./request-digest.js";

describe("requestDigest", () => {
  it("does not depend on the order of keys, nor on keys that are undefined", () => {
    const digest = requestDigest({ a: 1, b: { c: [1, 2], d: undefined } });
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(requestDigest({ b: { c: [1, 2] }, a: 1 })).toBe(digest);
  });

  it("depends on values and on the order of lists", () => {
    const digests = [{ a: [1, 2] }, { a: [2, 1] }, { a: [1, 2.01] }].map(requestDigest);
    expect(new Set(digests).size).toBe(3);
  });
});
