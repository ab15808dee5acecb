import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer, TestNatsServer } from "@collm/events/testing";
import { defaultSearchConfig, type SearchConfig } from "@collm/search";
import { say } from "../progress.js";
import { BenchCoordinator, natsEnv } from "./coordinator.js";
import { measure } from "./measure.js";
import type { Measured } from "./measure-long-journal.js";

/** Evaluations of each of the small searches, in batches of 8. */
const budget = 40;

/** Small searches one after the other, and as many others at once, each watched by a client. */
export async function measureAtOnce(
  searches: number,
  withNats: boolean,
): Promise<readonly Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), "collm-at-once-"));
  try {
    say(`files: ${searches} searches`);
    const onFiles = await run("files", await BenchCoordinator.start(folder), searches);
    if (!withNats || !findNatsServer()) return onFiles;
    say(`NATS: ${searches} searches`);
    const server = await TestNatsServer.start();
    try {
      const coordinator = await BenchCoordinator.start(folder, natsEnv(server.url));
      return [...onFiles, ...(await run("NATS", coordinator, searches))];
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  where: string,
  coordinator: BenchCoordinator,
  searches: number,
): Promise<Measured[]> {
  /** Other seeds each time: nothing is served from the store. */
  const one = async (seed: number): Promise<void> => {
    const searchId = `search-${seed}`;
    await coordinator.begin(searchId, configOf(seed));
    const last = (await coordinator.watch(searchId)).at(-1);
    if (last?.type !== "SearchFinished") throw new Error(`${searchId} ends with ${last?.type}`);
  };
  try {
    await one(0);
    const seeds = Array.from({ length: searches }, (_, i) => i + 1);
    const inTurn = await measure(async () => {
      for (const seed of seeds) await one(seed);
    });
    const atOnce = await measure(() => Promise.all(seeds.map((seed) => one(searches + seed))));
    const note = `${searches} searches of ${budget} evaluations`;
    return [
      { what: `${where}: one after the other`, taken: inTurn, note },
      { what: `${where}: all at once`, taken: atOnce, note },
    ];
  } finally {
    await coordinator.close();
  }
}

function configOf(seed: number): SearchConfig {
  return { ...defaultSearchConfig("random"), seed, budget, candidatesPerIteration: 8 };
}
