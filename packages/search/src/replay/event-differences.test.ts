import { describe, expect, it } from "vitest";
import type { EventOf } from "../events.js";
import { eventDifferences, isSameEvent } from "./event-differences.js";

const proposed: EventOf<"CandidatesProposed"> = {
  v: 1,
  seq: 3,
  searchId: "s",
  at: "2026-01-01T00:00:00.000Z",
  type: "CandidatesProposed",
  iteration: 1,
  origin: "random",
  candidates: [{ id: "1.1", notation: { ks: [3, 5] } }, { id: "1.2" }],
  exchanges: [],
};

describe("eventDifferences", () => {
  it("names each field that differs, with both values", () => {
    const made = {
      ...proposed,
      origin: "evolution",
      candidates: [{ id: "1.1", notation: { ks: [3, 7] } }],
    };
    expect(eventDifferences(proposed, made)).toEqual([
      { field: "origin", recorded: "random", made: "evolution" },
      { field: "candidates[0].notation.ks[1]", recorded: 5, made: 7 },
      { field: "candidates[1]", recorded: { id: "1.2" }, made: undefined },
    ]);
  });

  it("does not compare times, the order of keys, or what an older journal lacks", () => {
    const requested: EventOf<"StrategyRequested"> = {
      v: 1,
      seq: 2,
      searchId: "s",
      at: "2026-01-01T00:00:00.000Z",
      type: "StrategyRequested",
      iteration: 1,
    };
    const { type, ...others } = requested;
    const made = { type, ...others, at: "2027-01-01T00:00:00.000Z", requestDigest: "d" };
    expect(eventDifferences(requested, made)).toEqual([]);
    expect(isSameEvent(requested, made)).toBe(true);
    expect(isSameEvent({ ...requested, requestDigest: "e" }, made)).toBe(false);
  });
});
