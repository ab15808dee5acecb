import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Lookout } from "./lookout.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("looks ever more seldom, at once after a loss, and not at what is over", async () => {
  const lookout = new Lookout(1_000);
  const looks: number[] = [];
  const watched = {
    check: () => undefined,
    look: async () => void looks.push(Math.round(performance.now() / 1_000)),
    fail: () => undefined,
  };
  const start = Math.round(performance.now() / 1_000);
  lookout.add(watched);
  for (let second = 0; second < 100; second++) await vi.advanceTimersByTimeAsync(1_000);
  const after = looks.map((at) => at - start);
  expect(after).toEqual([1, 2, 4, 8, 16, 32, 62, 92]);
  lookout.hurry();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(looks).toHaveLength(after.length + 1);
  lookout.remove(watched);
  await vi.advanceTimersByTimeAsync(100_000);
  expect(looks).toHaveLength(after.length + 1);
});

it("tells what a check or a look throws, once, and goes on with the others", async () => {
  const lookout = new Lookout(1_000);
  const failures: unknown[] = [];
  let others = 0;
  lookout.add({
    check: () => {
      throw new Error("too late");
    },
    look: async () => undefined,
    fail: (error) => failures.push(error),
  });
  lookout.add({ check: () => void others++, look: async () => undefined, fail: () => undefined });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(failures).toEqual([new Error("too late")]);
  expect(others).toBe(3);
  lookout.close();
});
