import { emptyState, foldEvents, type SearchEvent } from "@collm/search";
import { createSearchBench } from "@collm/search/testing";
import { describe, expect, it } from "vitest";
import { summaryLines } from "./summary.js";

const run = { path: "runs/first" };
const config = {
  searcher: "collm",
  budget: 8,
  candidatesPerIteration: 4,
  iterations: 2,
} as const;

async function eventsOf(
  roles: Parameters<typeof createSearchBench>[0] = {},
): Promise<readonly SearchEvent[]> {
  const bench = createSearchBench({ config, ...roles });
  await bench.run();
  return bench.journal.events;
}

describe("summaryLines", () => {
  it("counts finished evaluations, not those that were only asked for", async () => {
    const events = await eventsOf();
    const end = events.findIndex(({ type }) => type === "EvaluationCompleted");
    const state = foldEvents(events.slice(0, end + 1));
    expect(summaryLines(run, state, true)).toContain("evaluated 1 of 8 (stopped by the user)");
    const before = foldEvents(events.slice(0, end));
    expect(summaryLines(run, before, false)).toContain("evaluated 0 of 8 (not finished)");
  });

  it("says that a finished search has finished, whatever the user did since", async () => {
    const lines = summaryLines(run, foldEvents(await eventsOf()), true);
    expect(lines).toContain("evaluated 8 of 8 (budget)");
    expect(lines.join("\n")).not.toContain("roles");
  });

  it("says how often which role failed, and what stood in for it", async () => {
    const dead = await eventsOf({
      roles: { strategy: () => undefined, candidates: () => undefined },
    });
    expect(summaryLines(run, foldEvents(dead), false)).toContain(
      "roles     navigator failed 2 times, generator failed 2 times; uniform sampling stood in for its candidates (see the report)",
    );
    const alone = await eventsOf({
      config: { ...config, searcher: "sillm" },
      roles: { candidates: () => undefined },
    });
    expect(summaryLines(run, foldEvents(alone), false)).toContain(
      "roles     navigator failed 2 times; uniform sampling stood in for its candidates (see the report)",
    );
    const mute = await eventsOf({
      roles: { strategy: ({ iteration }) => (iteration === 1 ? "Go deep." : undefined) },
    });
    expect(summaryLines(run, foldEvents(mute), false)).toContain(
      "roles     navigator failed once; earlier strategies stayed in force (see the report)",
    );
  });

  it("says until when who played a role that was changed meanwhile", async () => {
    const events = await eventsOf({
      roles: { player: ({ iteration }) => `scripted:${iteration === 1 ? "a" : "b"}` },
    });
    const state = foldEvents(events.slice(0, -1));
    expect(summaryLines(run, state, false)).toContain(
      "roles     navigator: scripted, then scripted:a until iteration 1, then scripted:b",
    );
  });

  it("says who answered for whom", async () => {
    const events = (await eventsOf()).map((event) =>
      event.type === "SearchStarted"
        ? { ...event, roles: { ...event.roles, navigator: "vllm:qwen3 prompts 1a2b3c4d" } }
        : event,
    );
    expect(summaryLines(run, foldEvents(events), false)).toContain(
      "roles     navigator was played by scripted 2 times (see the report)",
    );
  });

  it("names no budget of a search that has not started", () => {
    expect(summaryLines(run, emptyState, false).join("\n")).not.toContain("undefined");
  });
});
