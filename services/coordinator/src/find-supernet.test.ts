import type { SupernetInfo } from "@collm/search";
import { searchStarted } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import { findSupernet } from "./find-supernet.js";

const tiny = (digest: string, contextDigest: string): SupernetInfo => ({
  ...searchStarted().supernet,
  ...{ name: "tiny", digest, contextDigest },
});
const known = [tiny("aaaaaa1", "cpu"), tiny("aaaaaa1", "gpu"), tiny("bbbbbb2", "cpu-b")];

function find(wanted: Parameters<typeof findSupernet>[1], supernets = known) {
  const named = async (name: string) => supernets.filter((supernet) => supernet.name === name);
  const names = [...new Set(supernets.map(({ name }) => name))];
  return findSupernet({ named, names }, wanted);
}

describe("findSupernet", () => {
  it("takes the first of its name that is the wanted one, else the first", async () => {
    expect(await find({ name: "tiny" })).toBe(known[0]);
    expect(await find({ name: "tiny", digest: "bbbbbb" })).toBe(known[2]);
    expect(await find({ name: "tiny", contextDigest: "gpu" })).toBe(known[1]);
    expect(await find({ name: "tiny", contextDigest: "gone" })).toBe(known[0]);
  });

  it("refuses a name that nobody knows, and waits where nobody ever was", async () => {
    await expect(find({ name: "large" })).rejects.toMatchObject({
      code: "not-found",
      message: 'supernet: got "large", evaluators serve tiny',
    });
    await expect(find({ name: "tiny" }, [])).rejects.toMatchObject({ code: "unavailable" });
  });
});
