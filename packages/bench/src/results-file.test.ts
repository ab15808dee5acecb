import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planSearches, searchKey, settingsDigest, type Target } from "./plan.js";
import { openResultsFile, recordsOfPlan } from "./results-file.js";
import { armOf, heuristicPlayers } from "./suites/arm.js";
import { recordFixture } from "./testing/record-fixture.js";

const target: Target = { kind: "supernet", name: "digits", manifest: "/digits.yaml" };
const common = { budget: 3, limits: {} };
const arm = armOf("random", common, heuristicPlayers);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "collm-bench-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function record(seed: number) {
  return recordFixture({ arm: "random", target: "digits", seed }, 70, 71);
}

describe("openResultsFile", () => {
  it("gives back what was appended", async () => {
    const path = join(directory, "new", "results.jsonl");
    const first = await openResultsFile(path);
    expect(first.records).toEqual([]);
    await Promise.all([first.append([record(0)]), first.append([record(1), record(2)])]);
    await first.close();
    const second = await openResultsFile(path);
    expect(second.records).toEqual([record(0), record(1), record(2)]);
    await second.close();
  });

  it("cuts off what a death left half written", async () => {
    const path = join(directory, "results.jsonl");
    const first = await openResultsFile(path);
    await first.append([record(0)]);
    await first.close();
    await appendFile(path, JSON.stringify(record(1)).slice(0, 40));
    const second = await openResultsFile(path);
    await second.append([record(2)]);
    await second.close();
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).seed)).toEqual([0, 2]);
  });

  it("names the line that is no record", async () => {
    const path = join(directory, "results.jsonl");
    await appendFile(path, '{"v": 1}\n');
    await expect(openResultsFile(path)).rejects.toThrow(/results\.jsonl: line 1: arm: got nothing/);
    await expect(openResultsFile(path)).rejects.toThrow(/line 1/);
  });

  it("is one process's at a time", async () => {
    const path = join(directory, "results.jsonl");
    const held = await openResultsFile(path);
    await expect(openResultsFile(path)).rejects.toMatchObject({ code: "failed-precondition" });
    await held.close();
  });
});

describe("recordsOfPlan", () => {
  const plan = planSearches([arm], [target], 3, () => "weights");
  const digest = settingsDigest(arm, "weights");

  it("takes what is planned and leaves other seeds and arms alone", () => {
    const records = [0, 7].map((seed) => ({ ...record(seed), digest }));
    const found = recordsOfPlan(plan, records, "out");
    expect([...found.keys()]).toEqual([searchKey({ arm: "random", target: "digits", seed: 0 })]);
  });

  it("refuses a search that was done with other settings", () => {
    const other = armOf("random", { ...common, budget: 4 }, heuristicPlayers);
    const records = [{ ...record(1), digest: settingsDigest(other, "weights") }];
    expect(() => recordsOfPlan(plan, records, "out")).toThrow(
      "--out: out holds a search of random on digits with other settings or another table, allowed is another directory",
    );
  });
});

describe("settingsDigest", () => {
  it("changes with settings, players and what is measured, not with seed, name or label", () => {
    const digest = settingsDigest(arm, "weights");
    const renamed = { ...arm, name: "other", label: "Other", config: { ...arm.config, seed: 5 } };
    expect(settingsDigest(renamed, "weights")).toBe(digest);
    expect(settingsDigest(arm, "other weights")).not.toBe(digest);
    expect(settingsDigest({ ...arm, players: heuristicPlayers }, "weights")).not.toBe(digest);
    const config = { ...arm.config, limits: { maxMacs: 5 } };
    expect(settingsDigest({ ...arm, config }, "weights")).not.toBe(digest);
  });
});
