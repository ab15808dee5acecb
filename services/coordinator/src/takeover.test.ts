import { describeWithNats } from "@collm/events/testing";
import { foldEvents, replaySearch, type SearchEvent } from "@collm/search";
import { decisionsOf } from "@collm/search/testing";
import { expect, it } from "vitest";
import { ClusterCaller, openCluster, unfinishedStream, workStream } from "./cluster.fixture.js";
import { configOf } from "./coordinator.fixture.js";

function countOf(events: readonly SearchEvent[], type: SearchEvent["type"]): number {
  return events.filter((event) => event.type === type).length;
}

/** The journal is whole, replays, and holds what a search that nobody disturbs decides. */
async function expectUndisturbed(events: readonly SearchEvent[], caller: ClusterCaller) {
  expect(foldEvents(events)).toMatchObject({ phase: "finished", finishReason: "budget" });
  const { divergence, reproduced } = await replaySearch(events);
  expect(divergence).toBeUndefined();
  expect(reproduced).toBe(events.length);
  await caller.start("undisturbed");
  const undisturbed = JSON.stringify(decisionsOf(await caller.events("undisturbed")));
  expect(JSON.stringify(decisionsOf(events))).toBe(undisturbed.replaceAll("undisturbed", "s"));
}

// A busy machine may need seconds for a lease to run out and be noticed.
describeWithNats("coordinators on the same journals", () => {
  const timeout = 60_000;

  it("continue a search whose coordinator is cut off, which cannot write to it any more", {
    timeout,
  }, async () => {
    const cluster = await openCluster();
    const [first, second] = [await cluster.coordinator(), await cluster.coordinator()];
    await cluster.startEvaluator();
    cluster.freeResults = 4;
    const [atFirst, atSecond] = [new ClusterCaller(first), new ClusterCaller(second)];
    await atFirst.start("s");
    const { seq } = await atSecond.reaches("s", "EvaluationStarted", 6);
    const rest = atSecond.events("s", seq);
    first.cut();
    await atSecond.reaches("s", "SearchResumed");
    first.mend();
    // Who was cut off learns of it while its own evaluations still wait, and follows, too.
    await atFirst.reaches("s", "SearchResumed");
    cluster.release();
    const later = await rest;
    expect(later.map((event) => event.seq)).toEqual(later.map((_, i) => seq + i + 1));
    const events = await atFirst.events("s");
    expect(events.slice(seq)).toEqual(later);
    expect(countOf(events, "SearchResumed")).toBe(1);
    expect(countOf(events, "EvaluationCompleted")).toBe(12);
    expect(await cluster.countOf(unfinishedStream)).toBe(0);
    await expectUndisturbed(events, atSecond);
  });

  it("lose nothing when they are stopped one after the other", { timeout }, async () => {
    const cluster = await openCluster();
    const [first, second] = [await cluster.coordinator(), await cluster.coordinator()];
    await cluster.startEvaluator();
    cluster.freeResults = 4;
    const [atFirst, atSecond] = [new ClusterCaller(first), new ClusterCaller(second)];
    await atFirst.start("s");
    await atFirst.reaches("s", "EvaluationStarted", 6);
    const watched = atSecond.events("s");
    // Its coordinator goes before the search is at rest: others know how it goes on.
    const cutOff = expect(atFirst.events("s")).rejects.toMatchObject({ code: "unavailable" });
    await first.stop();
    await cutOff;
    await atSecond.reaches("s", "SearchResumed");
    const third = await cluster.coordinator();
    const atThird = new ClusterCaller(third);
    const stillWatched = expect(watched).rejects.toMatchObject({ code: "unavailable" });
    await second.stop();
    await stillWatched;
    await atThird.reaches("s", "SearchResumed", 2);
    cluster.release();
    const events = await atThird.events("s");
    expect(events.filter(({ type }) => type === "SearchInterrupted")).toMatchObject([
      { cause: "shutdown", reason: "the coordinator is shutting down" },
      { cause: "shutdown", reason: "the coordinator is shutting down" },
    ]);
    await expectUndisturbed(events, atThird);
  });

  it("leave a search alone that a person must look at", { timeout }, async () => {
    const cluster = await openCluster();
    const first = await cluster.coordinator();
    await cluster.startEvaluator();
    cluster.freeResults = 4;
    const atFirst = new ClusterCaller(first);
    await atFirst.start("s");
    await atFirst.reaches("s", "EvaluationStarted", 6);
    await first.stop();
    await cluster.announce("context-2");
    const atSecond = new ClusterCaller(await cluster.coordinator());
    const events = await atSecond.events("s");
    expect(events.at(-1)).toMatchObject({
      type: "SearchInterrupted",
      reason: expect.stringMatching(/context is context-2, .* started with context-1/),
    });
    expect(events.at(-1)).not.toHaveProperty("cause");
    expect((await replaySearch(events)).divergence).toBeUndefined();
    expect(await cluster.countOf(unfinishedStream)).toBe(0);
    // Nobody drives it: whoever is asked cancels it.
    await new ClusterCaller(await cluster.coordinator()).cancel("s");
    expect(await atSecond.status("s")).toBe("finished");
  });

  it("answer for each other's searches, and take a cancelled one's work along", {
    timeout,
  }, async () => {
    const cluster = await openCluster();
    const [first, second] = [await cluster.coordinator(), await cluster.coordinator()];
    await cluster.startEvaluator();
    cluster.freeResults = 4;
    const [atFirst, atSecond] = [new ClusterCaller(first), new ClusterCaller(second)];
    const config = configOf({ budget: 8, candidatesPerIteration: 8 });
    await atFirst.start("s", config);
    await atFirst.reaches("s", "EvaluationStarted", 6);
    expect(await atSecond.list()).toEqual(["s running"]);
    expect(await atSecond.status("s")).toBe("running");
    expect((await atSecond.start("s", config))?.status).toBe("running");
    expect((await atSecond.resume("s"))?.status).toBe("running");
    // Four are measured, two are being measured, two wait.
    await expect.poll(() => cluster.countOf(workStream)).toBe(4);
    await atSecond.start("alone", { ...config, seed: 1 });
    await expect.poll(() => cluster.countOf(workStream)).toBe(4 + 8);
    await atFirst.cancel("alone");
    await expect.poll(() => cluster.countOf(workStream)).toBe(4);
    // A search that waits for the same architectures, at the other coordinator.
    await atSecond.start("twin", config);
    await atSecond.reaches("twin", "EvaluationRequested", 8);
    await atSecond.cancel("s");
    expect((await atFirst.events("s")).at(-1)).toMatchObject({ reason: "cancelled" });
    cluster.release();
    const events = await atFirst.events("twin");
    expect(events.at(-1)).toMatchObject({ type: "SearchFinished", reason: "budget" });
    expect(cluster.measured).toBe(8);
    expect(await cluster.countOf(workStream)).toBe(0);
  });
});
