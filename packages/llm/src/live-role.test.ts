import { CollmError } from "@collm/errors";
import { expect, it, onTestFinished } from "vitest";
import { LiveRole } from "./live-role.js";
import { heuristicDescription } from "./role-description.js";

/** A role whose settings are a model's name, and what it logs, counts and makes. */
async function openRole(lookEveryMs = 60_000) {
  const seen = { logged: [] as string[], refusals: 0, goodAt: 0, made: [] as string[] };
  const settings: { read: () => string } = { read: () => "a" };
  const live = await LiveRole.start({
    role: "navigator",
    read: () => settings.read(),
    create: async (model) => {
      // Players take a while to make; the one asked for first must not win over the one asked for last.
      for (let turn = 0; turn < (model === "a" ? 20 : 1); turn++) await undefined;
      if (model === "unmakeable") throw new CollmError("not-found", "no such prompt set");
      seen.made.push(model);
      return { description: { ...heuristicDescription, model } };
    },
    log: {
      info: (_facts, text) => seen.logged.push(text),
      error: (facts, text) => seen.logged.push(`${text}: ${Object(facts).reason}`),
    },
    metrics: {
      counter: () => ({
        inc: (_labels, value = 1) => {
          seen.refusals += value;
        },
      }),
      gauge: () => ({
        set: (_labels, value) => {
          seen.goodAt = value;
        },
      }),
    },
    lookEveryMs,
  });
  onTestFinished(() => live.close());
  const model = async () => (await live.current()).description.model;
  return { live, seen, settings, model };
}

it("gives the next call the player of the settings of that moment, made once", async () => {
  const { seen, settings, model } = await openRole();
  expect(await Promise.all([model(), model()])).toEqual(["a", "a"]);
  settings.read = () => "b";
  expect(await Promise.all([model(), model(), model()])).toEqual(["b", "b", "b"]);
  settings.read = () => "a";
  const asked = model();
  settings.read = () => "b";
  await asked;
  expect(await model()).toBe("b");
  expect(seen.made.slice(0, 2)).toEqual(["a", "b"]);
  expect(seen.logged.slice(0, 2)).toEqual(["role ready", "role changed"]);
});

it("stays with the last good settings while wrong ones are there, and says so once", async () => {
  const { seen, settings, model } = await openRole();
  const good = seen.goodAt;
  settings.read = () => {
    throw new CollmError("invalid-argument", "COLLM_NAVIGATOR_BACKEND: got gpt");
  };
  expect([await model(), await model()]).toEqual(["a", "a"]);
  settings.read = () => "unmakeable";
  expect([await model(), await model()]).toEqual(["a", "a"]);
  expect([seen.refusals, seen.goodAt]).toEqual([2, good]);
  settings.read = () => "a";
  expect(await model()).toBe("a");
  settings.read = () => "b";
  expect(await model()).toBe("b");
  expect(seen.logged).toEqual([
    "role ready",
    "role settings refused, the last good ones stay: COLLM_NAVIGATOR_BACKEND: got gpt",
    "role settings refused, the last good ones stay: no such prompt set",
    "role settings are good again, as before",
    "role changed",
  ]);
});

it("looks by itself, so that whoever changes settings hears of it although nobody asks", async () => {
  const { seen, settings } = await openRole(5);
  settings.read = () => "b";
  await expect.poll(() => seen.logged, { timeout: 15_000 }).toContain("role changed");
});

it("does not start with wrong settings", async () => {
  const log = { info: () => undefined, error: () => undefined };
  const create = async () => ({ description: heuristicDescription });
  const read = () => {
    throw new CollmError("invalid-argument", "wrong");
  };
  await expect(LiveRole.start({ role: "generator", read, create, log })).rejects.toThrow("wrong");
});
