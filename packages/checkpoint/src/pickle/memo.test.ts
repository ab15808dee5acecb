import { describe, expect, it } from "vitest";
import { PickleMemo } from "./memo.js";
import { PickleList } from "./value.js";

/** Fills the next slots with these values and settles a dict. */
function record(memo: PickleMemo, ...values: readonly (string | PickleList)[]): void {
  for (const value of values) memo.set(memo.next, value);
  memo.settle();
}

describe("PickleMemo", () => {
  it("remembers everything where nothing is settled", () => {
    const memo = new PickleMemo();
    for (let slot = 0; slot < 1000; slot++) memo.set(slot, new PickleList());
    expect(memo.get(0)).toBeInstanceOf(PickleList);
    expect(memo.get(1000)).toBeUndefined();
    expect([memo.next, memo.forgotten]).toEqual([1000, 0]);
  });

  it("keeps the texts of the first record for good, and what later ones ask for", () => {
    const memo = new PickleMemo();
    record(memo, "name", new PickleList());
    record(memo, "shared", "its own", new PickleList());
    expect(memo.get(2)).toBe("shared");
    for (let i = 0; i < 100; i++) record(memo, `text ${i}`);
    expect([memo.get(0), memo.get(2)]).toEqual(["name", "shared"]);
    expect([memo.get(1), memo.get(3), memo.get(4)]).toEqual([undefined, undefined, undefined]);
  });

  it("forgets containers after two more records and other texts after 16, but counts slots on", () => {
    const memo = new PickleMemo();
    record(memo);
    record(memo, new PickleList(), "text");
    record(memo);
    record(memo);
    expect(memo.forgotten).toBe(1);
    for (let i = 0; i < 20; i++) record(memo);
    expect([memo.forgotten, memo.next]).toEqual([2, 2]);
    expect(memo.get(1)).toBeUndefined();
  });
});
