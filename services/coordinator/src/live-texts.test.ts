import { setTimeout as delay } from "node:timers/promises";
import { describeWithNats } from "@collm/events/testing";
import type { CoordinatorServiceClient } from "@collm/proto";
import { callStream, fromProtoEvent, fromProtoRoleText, toProtoPiece } from "@collm/rpc";
import { maxLiveCharacters, type RoleText, type SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import { ClusterCaller, openCluster } from "./cluster.fixture.js";
import { configOf, openCoordinator } from "./coordinator.fixture.js";
import type { ScriptedNeighbours } from "./neighbours.fixture.js";

const config = configOf({ searcher: "collm", iterations: 1 });
const strategy = { event: { $case: "strategy" as const, value: { text: "wide", exchanges: [] } } };

/** Lets the Navigator think, and then write, until its reader has seen each. */
function writeSlowly(neighbours: ScriptedNeighbours) {
  const seen = new Set<RoleText["kind"]>();
  neighbours.strategise = async function* () {
    for (const kind of ["reasoning", "answer"] as const) {
      while (!seen.has(kind)) {
        yield toProtoPiece(kind, `some ${kind} `);
        await delay(5);
      }
    }
    yield strategy;
  };
  return { seen: (text: RoleText) => void seen.add(text.kind) };
}

/** Everything that a watcher of texts gets, to the search's end. */
async function watchTexts(
  client: CoordinatorServiceClient,
  onText: (text: RoleText) => void = () => undefined,
): Promise<{ readonly events: readonly SearchEvent[]; readonly texts: readonly RoleText[] }> {
  const [events, texts]: [SearchEvent[], RoleText[]] = [[], []];
  const request = { searchId: "s", afterSeq: 0, hasText: true };
  for await (const { event, text } of callStream(client, "watchSearch", request)) {
    if (event) events.push(fromProtoEvent(event));
    const written = text && fromProtoRoleText(text);
    if (!written) continue;
    texts.push(written);
    onText(written);
  }
  return { events, texts };
}

function expectText(texts: readonly RoleText[]): void {
  for (const { role, iteration, kind, text } of texts) {
    expect({ role, iteration }).toEqual({ role: "navigator", iteration: 1 });
    expect(text).toMatch(new RegExp(`^(some ${kind} )+$`));
  }
  expect(texts[0]?.kind).toBe("reasoning");
  expect(texts.at(-1)?.kind).toBe("answer");
}

describe("what roles write", { timeout: 60_000 }, () => {
  it("reaches who asked for it while it is written, and neither the journal nor who comes later", async () => {
    const bench = await openCoordinator();
    // The strategy comes only once both kinds of text have reached the watcher.
    const { seen } = writeSlowly(bench.neighbours);
    await bench.begin("s", config);
    const quiet = bench.watch("s");
    const { events, texts } = await watchTexts(bench.client, seen);
    expectText(texts);
    expect(events).toEqual(await bench.journal("s"));
    expect(await quiet).toEqual(events);
    expect(events.some(({ type }) => type === "StrategyProposed")).toBe(true);
    expect(JSON.stringify(events)).not.toContain("some reasoning");
    expect((await watchTexts(bench.client)).texts).toEqual([]);
  });

  it("is left out, and the search goes on, where a watcher does not read", async () => {
    const bench = await openCoordinator();
    const pieces = 300;
    const piece = "x".repeat(50_000);
    bench.neighbours.strategise = async function* () {
      for (let i = 0; i < pieces; i++) yield toProtoPiece("answer", piece);
      yield strategy;
    };
    await bench.begin("s", config);
    const request = { searchId: "s", afterSeq: 0, hasText: true };
    const slow = callStream(bench.client, "watchSearch", request)[Symbol.asyncIterator]();
    const first = await slow.next();
    expect(first.value?.event?.seq).toBe(1);
    const events = await bench.watch("s");
    let read = 1;
    let characters = 0;
    for (let next = await slow.next(); !next.done; next = await slow.next()) {
      if (next.value.event) expect(next.value.event.seq).toBe(++read);
      const { length } = next.value.text?.text ?? "";
      expect(length).toBeLessThanOrEqual(maxLiveCharacters);
      characters += length;
    }
    expect(read).toBe(events.length);
    expect(characters).toBeLessThan((pieces * piece.length) / 10);
  });
});

describeWithNats("what roles write, over NATS", () => {
  it("reaches a watcher at another coordinator", { timeout: 60_000 }, async () => {
    const cluster = await openCluster();
    const driver = new ClusterCaller(await cluster.coordinator());
    const other = new ClusterCaller(await cluster.coordinator());
    await cluster.startEvaluator();
    const { seen } = writeSlowly(cluster.neighbours);
    await driver.start("s", config);
    const { events, texts } = await watchTexts(other.client, seen);
    expectText(texts);
    expect(events.at(-1)?.type).toBe("SearchFinished");
    expect(await driver.events("s")).toEqual(events);
  });
});
