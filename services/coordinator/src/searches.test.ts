import { openJournalFile } from "@collm/journal";
import { best, foldEvents, type SearchEvent } from "@collm/search";
import { decisionsOf } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import { configOf, openCoordinator } from "./coordinator.fixture.js";
import { deferred } from "./neighbours.fixture.js";

type Bench = Awaited<ReturnType<typeof openCoordinator>>;

/** A coordinator with a search "s" that has its first four results and waits for the others. */
async function openHeldSearch(): Promise<{ bench: Bench; release: () => void }> {
  const bench = await openCoordinator();
  const gate = deferred();
  bench.neighbours.beforeResult = (begun) => (begun > 4 ? gate.promise : Promise.resolve());
  await bench.begin("s");
  await bench.reaches("s", "EvaluationStarted", 8);
  return { bench, release: gate.resolve };
}

/** The same, interrupted by a shutdown of the coordinator, which is back. */
async function openInterruptedSearch(): Promise<Bench> {
  const { bench, release } = await openHeldSearch();
  await bench.stop();
  release();
  await bench.start();
  return bench;
}

function typesOf(events: readonly SearchEvent[]): readonly string[] {
  return events.map(({ type }) => type);
}

// A busy disk may take a second for each event.
describe("Searches.cancel", { timeout: 60_000 }, () => {
  it("ends a running search at once, with its best so far", async () => {
    const { bench } = await openHeldSearch();
    const watched = bench.watch("s");
    await bench.cancel("s");
    const events = await watched;
    const winner = best(foldEvents(events.slice(0, -1)));
    expect(winner).toBeDefined();
    expect(events.at(-1)).toMatchObject({
      type: "SearchFinished",
      reason: "cancelled",
      bestCandidateId: winner?.id,
    });
    // Again is no error.
    await bench.cancel("s");
    expect(await bench.journal("s")).toEqual(events);
  });

  it("ends an interrupted search without evaluating anything", async () => {
    const bench = await openInterruptedSearch();
    const { measured } = bench.neighbours;
    await bench.cancel("s");
    expect((await bench.journal("s")).at(-1)).toMatchObject({
      type: "SearchFinished",
      reason: "cancelled",
    });
    expect(bench.neighbours.measured).toBe(measured);
  });
});

describe("Searches.drain", { timeout: 60_000 }, () => {
  it("interrupts every search, and its watchers see that", async () => {
    const { bench } = await openHeldSearch();
    await bench.begin("other", configOf({ seed: 1 }));
    const watched = [bench.watch("s"), bench.watch("other")];
    await bench.reaches("other", "EvaluationStarted");
    await bench.stop();
    for (const events of await Promise.all(watched)) {
      expect(events.at(-1)).toMatchObject({
        type: "SearchInterrupted",
        reason: "the coordinator is shutting down",
      });
    }
  });

  it("lets no search slip in whose start is being prepared", async () => {
    const bench = await openCoordinator();
    const [asked, gate] = [deferred(), deferred()];
    bench.neighbours.beforeDescribing = () => {
      asked.resolve();
      return gate.promise;
    };
    const start = bench.begin("s");
    await asked.promise;
    const stopped = bench.stop();
    gate.resolve();
    await expect(start).rejects.toMatchObject({ code: "unavailable" });
    await stopped;
    await expect(bench.journal("s")).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("Searches.resume", { timeout: 60_000 }, () => {
  it("continues an interrupted search, once, to what it would have been", async () => {
    const bench = await openInterruptedSearch();
    expect(await bench.status("s")).toBe("interrupted");
    await Promise.all([bench.resume("s"), bench.resume("s")]);
    const events = await bench.watch("s");
    expect(events.at(-1)).toMatchObject({ type: "SearchFinished", reason: "budget" });
    expect(typesOf(events).filter((type) => type === "SearchResumed")).toHaveLength(1);
    await bench.begin("undisturbed");
    const text = JSON.stringify(decisionsOf(await bench.watch("undisturbed")));
    expect(JSON.stringify(decisionsOf(events))).toBe(text.replaceAll("undisturbed", "s"));
  });

  it("is what starting an interrupted search again does, and journals who plays the roles", async () => {
    const bench = await openInterruptedSearch();
    await bench.begin("s");
    const events = await bench.watch("s");
    expect(events.at(-1)).toMatchObject({ type: "SearchFinished" });
    const started = events.find((event) => event.type === "SearchStarted");
    const resumed = events.find((event) => event.type === "SearchResumed");
    expect(resumed).toMatchObject({ roles: started?.roles });
  });

  it("leaves running and finished searches as they are", async () => {
    const { bench, release } = await openHeldSearch();
    expect((await bench.resume("s")).search?.status).toBe("running");
    release();
    const events = await bench.watch("s");
    expect((await bench.resume("s")).search?.status).toBe("finished");
    expect(await bench.journal("s")).toEqual(events);
    expect(typesOf(events)).not.toContain("SearchResumed");
  });

  it("refuses to go on in another evaluation context", async () => {
    const bench = await openInterruptedSearch();
    const before = await bench.journal("s");
    bench.neighbours.contextDigest = "context-2";
    await expect(bench.resume("s")).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(/context is context-2, .* started with context-1/),
    });
    expect(await bench.journal("s")).toEqual(before);
  });

  it("refuses a journal that is open elsewhere, as start does", async () => {
    const bench = await openInterruptedSearch();
    for (const [id, call] of [
      ["s", "resume"],
      ["new", "begin"],
    ] as const) {
      const journal = await openJournalFile(bench.journalPath(id));
      await expect(bench[call](id)).rejects.toMatchObject({
        code: "failed-precondition",
        message: expect.stringContaining(`is being written by process ${process.pid}`),
      });
      await journal.close();
    }
  });
});

describe("Searches.openTest", { timeout: 60_000 }, () => {
  it("opens the split only for a finished search", async () => {
    const { bench, release } = await openHeldSearch();
    await expect(bench.openTest("s")).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("but it is running"),
    });
    release();
    await bench.watch("s");
    expect(await bench.openTest("s")).toMatchObject({ top5Percent: 99, images: 100 });
  });

  it("journals its intent before it asks, and measures once", async () => {
    const bench = await openCoordinator();
    await bench.begin("s");
    const winner = best(foldEvents(await bench.watch("s")))?.architecture.canonical;
    let last: SearchEvent | undefined;
    bench.neighbours.beforeTest = async () => {
      last = (await bench.journal("s")).at(-1);
    };
    const [first, second] = await Promise.all([bench.openTest("s"), bench.openTest("s")]);
    expect(last).toMatchObject({ type: "TestOpened", canonical: winner });
    expect(second).toEqual(first);
    expect(await bench.openTest("s")).toEqual(first);
    expect(bench.neighbours.tests).toBe(1);
    expect((await bench.journal("s")).at(-1)).toMatchObject({
      type: "TestCompleted",
      canonical: winner,
    });
  });

  it("states its intent once when the evaluator failed at first", async () => {
    const bench = await openCoordinator();
    await bench.begin("s");
    await bench.watch("s");
    bench.neighbours.beforeTest = () => Promise.reject(new Error("out of memory"));
    await expect(bench.openTest("s")).rejects.toMatchObject({ code: "internal" });
    bench.neighbours.beforeTest = async () => {};
    await bench.openTest("s");
    expect(typesOf(await bench.journal("s")).slice(-3)).toEqual([
      "SearchFinished",
      "TestOpened",
      "TestCompleted",
    ]);
  });
});
