import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createFixedClock,
  MemoryEvaluationStore,
  ScriptedRoles,
  SyntheticDispatcher,
  searchStarted,
  testSearchId,
} from "@collm/search/testing";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ActiveSearch } from "./active-search.js";
import { configOf } from "./coordinator.fixture.js";
import { directoryJournals } from "./file-journals.js";
import { logger } from "./neighbours.fixture.js";
import { Searches } from "./searches.js";

const { config, supernet, versions, roles } = searchStarted();
const store = new MemoryEvaluationStore();
const ports = {
  store,
  dispatcher: new SyntheticDispatcher({ space: createSearchSpace(tinySpec), store }),
  clock: createFixedClock(),
};

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "collm-active-"));
});
afterEach(() => rm(directory, { recursive: true }));

it("ActiveSearch never writes an event that cannot follow", async () => {
  const journals = directoryJournals(directory);
  const active = { ...ports, roles: new ScriptedRoles() };
  const search = await ActiveSearch.open(testSearchId, journals, active);
  const started = { type: "SearchStarted", config, supernet, versions, roles } as const;
  await search.record(started);
  await expect(search.record(started)).rejects.toThrow("cannot follow");
  await search.record({ type: "SearchInterrupted", reason: "enough" });
  await search.close();
  const events = await journals.read(testSearchId);
  expect(events.map(({ type }) => type)).toEqual(["SearchStarted", "SearchInterrupted"]);
});

it("Searches opens the test split for who asks while the finished journal is closing", async () => {
  const result = { top1Percent: 60, top5Percent: 90, images: 100, seconds: 1 };
  const searches = new Searches({
    journals: directoryJournals(directory),
    ports: { ...ports, roles: () => new ScriptedRoles() },
    describeSupernet: async () => supernet,
    describeRoles: async () => roles,
    measureTest: async () => result,
    versions,
    logger,
  });
  await searches.start(testSearchId, configOf(), supernet.name);
  const { signal } = new AbortController();
  for await (const { type } of searches.watch(testSearchId, 0, signal)) {
    if (type === "SearchFinished") break;
  }
  expect(await searches.openTest(testSearchId)).toEqual(result);
});

it("Searches does not take a search for driven whose journal could not be closed", async () => {
  const journals = directoryJournals(directory);
  const searches = new Searches({
    journals: {
      ...journals,
      open: async (id, known) => {
        const journal = await journals.open(id, known);
        return {
          ...journal,
          events: journal.events,
          close: async () => {
            await journal.close();
            throw new Error("no answer");
          },
        };
      },
    },
    ports: { ...ports, roles: () => new ScriptedRoles() },
    describeSupernet: async () => supernet,
    describeRoles: async () => roles,
    measureTest: async () => Promise.reject(new Error("not asked")),
    versions,
    logger,
  });
  await searches.start(testSearchId, configOf(), supernet.name);
  const { signal } = new AbortController();
  // Ends only when nobody drives the search any more.
  for await (const _ of searches.watch(testSearchId, 0, signal));
  expect(await searches.find(testSearchId)).toMatchObject({ phase: "finished" });
});
