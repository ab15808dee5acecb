import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { callUnary } from "@collm/rpc";
import { createSearchSpace } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { describe, expect, it } from "vitest";
import { configOf, openCoordinator } from "./coordinator.fixture.js";
import { deferred } from "./neighbours.fixture.js";

// A busy disk may take a second for each event.
describe("the coordinator service", { timeout: 60_000 }, () => {
  it("journals what a search is and who takes part, and ends it though no role answers", async () => {
    const bench = await openCoordinator();
    const config = configOf({ searcher: "collm", iterations: 2 });
    const { search } = await bench.begin("s", config);
    expect(search).toMatchObject({ searchId: "s", status: "running", lastSeq: 1 });
    const events = await bench.watch("s");
    const role = "scripted:m prompts 01234567";
    expect(events[0]).toMatchObject({
      type: "SearchStarted",
      config,
      supernet: { name: "tiny", contextDigest: "context-1" },
      versions: { node: process.versions.node },
      roles: { navigator: role, generator: role },
    });
    expect(events.filter(({ type }) => type === "Degraded")).toHaveLength(4);
    expect(events.at(-1)).toMatchObject({ type: "SearchFinished", reason: "iterations" });
    expect(await bench.status("s")).toBe("finished");
  });

  it.each([
    ["sillm", "navigator"],
    ["opro", "generator"],
  ] as const)("asks and names one role only for %s", async (searcher, role) => {
    const bench = await openCoordinator();
    await bench.begin("s", configOf({ searcher, iterations: 2 }));
    const events = await bench.watch("s");
    expect(events[0]).toMatchObject({ roles: { [role]: "scripted:m prompts 01234567" } });
    expect(Object.keys(events[0]?.type === "SearchStarted" ? events[0].roles : {})).toEqual([role]);
    const degraded = events.filter((event) => event.type === "Degraded");
    expect(degraded.map((event) => event.role)).toEqual([role, role]);
    expect(events.at(-1)).toMatchObject({ type: "SearchFinished", reason: "iterations" });
  });

  it("lets watchers read every event once and in order: live, later, and at rest", async () => {
    const bench = await openCoordinator();
    const gate = deferred();
    bench.neighbours.beforeResult = (begun) => (begun > 4 ? gate.promise : Promise.resolve());
    await bench.begin("s");
    const early = bench.watch("s");
    await bench.reaches("s", "EvaluationStarted", 5);
    const late = [bench.watch("s", 3), bench.watch("s", 1_000)];
    gate.resolve();
    const events = await early;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    expect(events).toEqual(await bench.journal("s"));
    expect(await Promise.all(late)).toEqual([events.slice(3), []]);
    expect(await bench.watch("s", events.length - 2)).toEqual(events.slice(-2));
  });

  it("runs several searches at once, each with a journal of its own", async () => {
    const bench = await openCoordinator();
    const gate = deferred();
    bench.neighbours.beforeResult = () => gate.promise;
    const ids = ["a", "b", "c"];
    await Promise.all(ids.map((id, seed) => bench.begin(id, configOf({ seed, budget: 4 }))));
    const { searches } = await callUnary(bench.client, "listSearches", {});
    const running = ids.map((searchId) => expect.objectContaining({ searchId, status: "running" }));
    expect(searches).toEqual(expect.arrayContaining(running));
    gate.resolve();
    for (const id of ids) {
      const events = await bench.watch(id);
      expect(events.at(-1)).toMatchObject({ type: "SearchFinished", reason: "budget" });
      expect(new Set(events.map(({ searchId }) => searchId))).toEqual(new Set([id]));
      const lines = (await readFile(bench.journalPath(id), "utf8")).trim().split("\n");
      expect(lines.map((line) => JSON.parse(line))).toEqual(events);
    }
  });

  it("starts one search however often it is asked for it, and refuses another of its id", async () => {
    const bench = await openCoordinator();
    const gate = deferred();
    bench.neighbours.beforeResult = () => gate.promise;
    await Promise.all([bench.begin("s"), bench.begin("s")]);
    for (const _ of ["running", "finished"]) {
      const { search } = await bench.begin("s");
      expect(search?.searchId).toBe("s");
      for (const [config, supernet] of [
        [configOf({ seed: 9 }), "tiny"],
        [configOf(), "ofa"],
      ] as const) {
        await expect(bench.begin("s", config, supernet)).rejects.toMatchObject({
          code: "already-exists",
          message: expect.stringContaining('search id: "s" is taken'),
        });
      }
      gate.resolve();
      await bench.watch("s");
    }
    const starts = (await bench.journal("s")).filter(({ type }) => type === "SearchStarted");
    expect(starts).toHaveLength(1);
  });

  it("refuses what it cannot search, naming field, value and what is allowed", async () => {
    const bench = await openCoordinator();
    const space = createSearchSpace(tinySpec);
    const smallest = space.cost(space.cheapest("macs")).macs;
    const refusals = [
      ["../s", configOf(), 'search id: got "../s", allowed are'],
      ["s", configOf({ budget: 0 }), "config_json: budget: got 0, allowed is more than 0"],
      ["s", "no configuration", "config_json: the document: got"],
      [
        "s",
        configOf({ limits: { maxMacs: 1_000 } }),
        `maxMacs: got 1000, allowed is at least ${smallest}`,
      ],
    ] as const;
    for (const [searchId, config, message] of refusals) {
      const request = { searchId, configJson: JSON.stringify(config), supernet: "tiny" };
      await expect(callUnary(bench.client, "startSearch", request)).rejects.toMatchObject({
        code: "invalid-argument",
        message: expect.stringContaining(message),
      });
    }
    await expect(bench.begin("s", configOf(), "huge")).rejects.toMatchObject({
      code: "not-found",
      message: 'supernet: got "huge"',
    });
    await expect(bench.journal("s")).rejects.toMatchObject({ code: "not-found" });
  });

  it("knows no search without a journal", async () => {
    const bench = await openCoordinator();
    for (const method of ["status", "watch", "resume", "cancel", "openTest"] as const) {
      await expect(bench[method]("nowhere"), method).rejects.toMatchObject({
        code: "not-found",
        message: 'search "nowhere": no journal of that name',
      });
    }
  });

  it("names a damaged journal, and lists the searches beside it", async () => {
    const bench = await openCoordinator();
    await bench.begin("good");
    const [started] = await bench.watch("good");
    const path = bench.journalPath("damaged");
    await mkdir(dirname(path));
    const lines = [1, 2].map((seq) => JSON.stringify({ ...started, seq, searchId: "damaged" }));
    await writeFile(path, `${lines.join("\n")}\n`);
    for (const method of ["status", "begin", "resume"] as const) {
      await expect(bench[method]("damaged"), method).rejects.toMatchObject({
        code: "data-loss",
        message: expect.stringContaining(path),
      });
    }
    const { searches } = await callUnary(bench.client, "listSearches", {});
    expect(searches.map(({ searchId }) => searchId)).toEqual(["good"]);
  });
});
