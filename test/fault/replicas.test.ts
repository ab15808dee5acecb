import { readFile, readlink } from "node:fs/promises";
import { describeWithNats } from "@collm/events/testing";
import { type ChatBehaviour, type SeenRequest, startChatServer } from "@collm/llm/testing";
import { replaySearch, type SearchEvent } from "@collm/search";
import { createRng, createSearchSpace, sampleUniform } from "@collm/search-space";
import { loadManifest } from "@collm/supernet";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Cluster } from "../support/cluster.js";
import { type Collm, landscapeManifest, Workspace } from "../support/collm.js";
import { allProcessesGone, eventsReach } from "../support/disturbed-search.js";
import { until } from "../support/poll.js";
import { completionsOf, decisionsOf, journalOf } from "../support/run-files.js";

type Role = "navigator" | "generator";

const budget = 40;
const flags = [
  ...["--supernet", "landscape", "--seed", "5", "--max-macs", "400k"],
  ...["--budget", String(budget), "--candidates", "8"],
];

/** Two of each service; the supervisor is stopped, so that nothing that dies is started again. */
describeWithNats("a search over replicas of every service", () => {
  let workspace: Workspace;
  let cluster: Cluster;
  /** Awaited before a request to a language model is answered; `count` is of this search. */
  let onAsked: (role: Role, count: number) => Promise<void> = async () => undefined;
  let asked: Record<Role, number>;
  const closers: (() => Promise<void>)[] = [];

  /** A language model whose answer follows from what it is asked. */
  async function startModel(role: Role, answerTo: (prompt: string) => string): Promise<string> {
    const answer = async ({ body }: SeenRequest): Promise<ChatBehaviour> => {
      asked[role] += 1;
      await onAsked(role, asked[role]);
      return { kind: "answer", pieces: [answerTo(JSON.stringify(body.messages))] };
    };
    const chat = await startChatServer(answer);
    closers.push(() => chat.close());
    return chat.baseUrl;
  }

  const search = (run: string): Collm => {
    asked = { navigator: 0, generator: 0 };
    return workspace.start("search", "--coordinator", cluster.address, "--out", run, ...flags);
  };

  async function finishedEvents(run: string, collm: Collm): Promise<readonly SearchEvent[]> {
    const finished = await collm.finished;
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    const events = await journalOf(run);
    const { divergence } = await replaySearch(events);
    expect(divergence).toBeUndefined();
    const completions = [...completionsOf(events).values()];
    expect(completions).toHaveLength(budget);
    expect(completions.every((count) => count === 1)).toBe(true);
    return events;
  }

  /** The coordinator whose log says that it drives the search. */
  async function driverOf(searchId: string): Promise<number | undefined> {
    for (const pid of await cluster.pidsOf(workspace, "coordinator")) {
      const log = await readFile(await readlink(`/proc/${pid}/fd/1`), "utf8");
      const lines = log.split("\n").filter((line) => line.includes("search driven here"));
      if (lines.some((line) => line.includes(`"searchId":"${searchId}"`))) return pid;
    }
    return undefined;
  }

  beforeAll(async () => {
    const { spec } = await loadManifest(landscapeManifest);
    const space = createSearchSpace(spec);
    const navigator = await startModel(
      "navigator",
      (prompt) => `Strategy ${createRng(1, prompt).next()}`,
    );
    const generator = await startModel("generator", (prompt) => {
      const rng = createRng(2, prompt);
      const candidates = Array.from({ length: 8 }, () => space.notation(sampleUniform(space, rng)));
      return JSON.stringify({ candidates });
    });
    workspace = await Workspace.create();
    workspace.env = {
      ...{ COLLM_NAVIGATOR_BACKEND: "openai", COLLM_NAVIGATOR_MODEL: "m" },
      ...{ COLLM_GENERATOR_BACKEND: "openai", COLLM_GENERATOR_MODEL: "m" },
      ...{ COLLM_NAVIGATOR_BASE_URL: navigator, COLLM_GENERATOR_BASE_URL: generator },
    };
    cluster = await Cluster.start(workspace, {
      manifest: landscapeManifest,
      evaluators: 2,
      flags: ["--coordinators", "2", "--navigators", "2", "--generators", "2"],
    });
    cluster.signalSupervisor("SIGSTOP");
  }, 120_000);

  afterAll(async () => {
    await cluster.stop();
    for (const close of closers) await close();
    await allProcessesGone(workspace);
    await workspace.remove();
  }, 60_000);

  it("decides the same when its coordinator and one of each role are killed", {
    timeout: 120_000,
  }, async () => {
    expect(cluster.address.split(",")).toHaveLength(2);
    // The first search evaluates; those after it find its results in the store.
    const run = workspace.file("orphaned");
    const collm = search(run);
    let killed: () => void = () => undefined;
    const kill = new Promise<void>((resolve) => {
      killed = resolve;
    });
    // Whenever its coordinator dies, the search is not over yet.
    onAsked = (role, count) => (role === "navigator" && count >= 3 ? kill : Promise.resolve());
    const driver = await until("the driving coordinator", () => driverOf("orphaned"));
    await eventsReach(run, 20);
    process.kill(driver, "SIGKILL");
    killed();
    const orphaned = await finishedEvents(run, collm);
    expect(orphaned.filter(({ type }) => type === "SearchResumed")).toHaveLength(1);

    const calm = workspace.file("undisturbed");
    const undisturbed = await finishedEvents(calm, search(calm));
    expect(decisionsOf(orphaned)).toEqual(decisionsOf(undisturbed));

    // A role is killed while the other one is asked: between two of its iterations.
    const [navigator] = await cluster.pidsOf(workspace, "navigator");
    const [generator] = await cluster.pidsOf(workspace, "generator");
    onAsked = async (role, count) => {
      if (role === "generator" && count === 2) process.kill(navigator as number, "SIGKILL");
      if (role === "navigator" && count === 3) process.kill(generator as number, "SIGKILL");
    };
    const halved = workspace.file("halved");
    const events = await finishedEvents(halved, search(halved));
    expect(await cluster.pidsOf(workspace, "navigator")).toHaveLength(1);
    expect(await cluster.pidsOf(workspace, "generator")).toHaveLength(1);
    expect(decisionsOf(events)).toEqual(decisionsOf(undisturbed));
    expect(promptsOf(events)).toEqual(promptsOf(undisturbed));
    expect(promptsOf(undisturbed).length).toBeGreaterThanOrEqual(10);
  });
});

/** What the language models were asked, in order. */
function promptsOf(events: readonly SearchEvent[]): readonly unknown[] {
  return events.flatMap((event) =>
    "exchanges" in event ? event.exchanges.map(({ request }) => request) : [],
  );
}
