import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openExchangeFile } from "./exchange-file.js";

const settings = { model: "m", seed: 0, permuteOperators: null };
const record = {
  protocol: "deciles" as const,
  trial: 0,
  shown: ["a", "b"],
  exchanges: [],
  verdict: { kind: "ranked" as const, order: [1, 0] },
};

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-ranking-"));
  path = join(folder, "deep", "exchanges.jsonl");
});
afterEach(() => rm(folder, { recursive: true }));

async function write(...trials: readonly number[]): Promise<void> {
  const file = await openExchangeFile(path, settings);
  await Promise.all(trials.map((trial) => file.append({ ...record, trial })));
  await file.close();
}

async function trialsThere(): Promise<readonly number[]> {
  const file = await openExchangeFile(path, settings);
  await file.close();
  return file.records.map(({ trial }) => trial);
}

describe("openExchangeFile", () => {
  it("gives back what was written, over several openings", async () => {
    await write(0, 1);
    await write(2);
    expect(await trialsThere()).toEqual([0, 1, 2]);
    expect((await readFile(path, "utf8")).split("\n")).toHaveLength(5);
  });

  it("cuts off a torn last line and goes on", async () => {
    await write(0);
    await appendFile(path, '{"v":1,"kind":"tri');
    await write(1);
    expect(await trialsThere()).toEqual([0, 1]);
  });

  it("names the setting that differs", async () => {
    await write(0);
    await expect(openExchangeFile(path, { ...settings, seed: 1 })).rejects.toMatchObject({
      code: "invalid-argument",
      message: `${path}: seed: got 1, and the answers there were given for 0; name another directory`,
    });
  });

  it("names a damaged line", async () => {
    await write(0);
    await writeFile(path, `${await readFile(path, "utf8")}{"v":1}\n`);
    await expect(openExchangeFile(path, settings)).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringContaining("line 3"),
    });
  });

  it("lets one process write at a time", async () => {
    const file = await openExchangeFile(path, settings);
    await expect(openExchangeFile(path, settings)).rejects.toMatchObject({
      code: "failed-precondition",
    });
    await file.close();
    expect(await trialsThere()).toEqual([]);
  });
});
