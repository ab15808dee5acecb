import { describe, expect, it } from "vitest";
import { checkpointOrigin } from "./known-checkpoint.js";

const other = { sizeBytes: 5, sha256: "0".repeat(64), gitBlobId: "0".repeat(40) };
const w10 = {
  sizeBytes: 31_011_816,
  sha256: "a7def36bb4e4c688c16d37eb60d5d34b2e6dcf6438c05bc86dea918fda04c6c7",
  gitBlobId: "55d835981d8acd1053657a951b18887a724ddcbf",
};

describe("checkpointOrigin", () => {
  it("takes either digest of a published file as proof", () => {
    for (const identity of [
      w10,
      { ...other, sha256: w10.sha256 },
      { ...other, gitBlobId: w10.gitBlobId },
    ]) {
      expect(checkpointOrigin(identity)).toMatchObject({
        kind: "published",
        checkpoint: { name: "once-for-all MobileNetV3 w1.0" },
      });
    }
    const w12 = { ...other, gitBlobId: "d75a3613bae216091f61fc4b7df77d49cc82ed32" };
    expect(checkpointOrigin(w12)).toMatchObject({
      kind: "published",
      checkpoint: { fileName: "ofa_mbv3_d234_e346_k357_w1.2" },
    });
  });

  it("suspects a file of a published one's size", () => {
    expect(checkpointOrigin({ ...other, sizeBytes: w10.sizeBytes })).toMatchObject({
      kind: "altered",
    });
  });

  it("knows nothing about other files", () => {
    expect(checkpointOrigin(other)).toEqual({ kind: "unknown" });
  });
});
