import { describe, expect, it } from "vitest";
import { type RankFlags, readRankFlags } from "./rank-flags.js";

const flags: RankFlags = {
  supernet: "cifar10.yaml",
  protocol: "both",
  trials: "40",
  candidates: "10",
  seed: "0",
  split: "validation",
  concurrency: "4",
};

describe("readRankFlags", () => {
  it("makes numbers of text and two protocols of both", () => {
    expect(readRankFlags({ ...flags, permuteOperators: "3" })).toEqual({
      supernet: "cifar10.yaml",
      protocol: ["deciles", "top-decile"],
      trials: 40,
      candidates: 10,
      seed: 0,
      split: "validation",
      permuteOperators: 3,
      fixed: false,
      concurrency: 4,
      json: false,
    });
    expect(readRankFlags({ ...flags, protocol: "top-decile" }).protocol).toEqual(["top-decile"]);
  });

  it.each([
    [{ trials: "none" }, '--trials: got "none", allowed is a whole number from 1 to 100000'],
    [{ trials: "0" }, '--trials: got "0", allowed is a whole number from 1 to 100000'],
    [{ candidates: "1" }, '--candidates: got "1", allowed is a whole number from 2 to 50'],
    [{ seed: "1.5" }, '--seed: got "1.5", allowed is a whole number from 0 to 4294967295'],
    [{ protocol: "easy" }, '--protocol: got "easy", allowed is deciles, top-decile, both'],
    [{ split: "train" }, '--split: got "train", allowed is validation, test'],
    [{ permuteOperators: "-1" }, '--permute-operators: got "-1", allowed is a whole number'],
    [{ concurrency: "" }, '--concurrency: got "", allowed is a whole number from 1 to 256'],
    [{ out: "" }, '--out: got "", allowed is a directory'],
  ])("refuses %j", (wrong, message) => {
    expect(() => readRankFlags({ ...flags, ...wrong })).toThrow(message);
  });

  it("names every wrong flag at once", () => {
    expect(() => readRankFlags({ ...flags, trials: "x", split: "y" })).toThrow(
      /^--trials: .*; --split: /,
    );
  });
});
