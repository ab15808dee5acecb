import { describe, expect, test } from "vitest";
import type { Rate } from "../alternate.js";
import { fastest } from "./choose-torch.js";
import { type TorchSettings, torchSettings } from "./torch-settings.js";

const chosenByItself = { libraries: undefined, coreType: undefined };
const [together, apart] = torchSettings(2, [chosenByItself]);

test("settings are one process with all threads and a process for each", () => {
  expect([together, apart]).toMatchObject([
    { processes: 1, threads: 2 },
    { processes: 2, threads: 1 },
  ]);
  expect(torchSettings(1, [chosenByItself, { ...chosenByItself, coreType: "SkylakeX" }])).toEqual([
    { ...chosenByItself, processes: 1, threads: 1 },
    { ...chosenByItself, processes: 1, threads: 1, coreType: "SkylakeX" },
  ]);
});

describe("fastest", () => {
  const rates: readonly (readonly Rate[])[] = [
    [{ perSecond: 30, perCpuSecond: 1 }],
    [{ perSecond: 10, perCpuSecond: 5 }],
    [
      { perSecond: 3, perCpuSecond: 9 },
      { perSecond: 12, perCpuSecond: 4 },
    ],
    [{ perSecond: 11, perCpuSecond: 10 }],
  ];
  const batchesOf = (settings: TorchSettings | undefined): readonly number[] => {
    if (!settings) throw new Error("no settings");
    const tried = rates.map((_, batch) => ({
      kind: batch === 0 ? ("frozen" as const) : ("eager" as const),
      group: { settings },
      batch,
    }));
    return fastest(tried, rates).map(({ batch }) => batch);
  };

  test("keeps of each form the one with the best round", () => {
    expect(batchesOf(together)).toEqual([0, 2]);
  });

  test("goes by processor time where processes have one thread each", () => {
    expect(batchesOf(apart)).toEqual([0, 3]);
  });
});
