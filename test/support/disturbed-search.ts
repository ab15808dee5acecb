import { join } from "node:path";
import { replaySearch } from "@collm/search";
import { expect } from "vitest";
import { type Collm, landscapeManifest, Workspace } from "../support/collm.js";
import { until } from "../support/poll.js";
import { descendantsOf, isService, processesIn } from "../support/processes.js";
import { completionsOf, decisionsOf, journalOf, readJson } from "../support/run-files.js";

/** The search that the fault tests disturb: 5 iterations of 8 candidates. */
export const disturbedBudget = 40;

export function searchFlags(run: string): readonly string[] {
  return [
    ...["search", "--supernet", landscapeManifest, "--out", run, "--seed", "5"],
    ...["--max-macs", "400k", "--budget", String(disturbedBudget), "--candidates", "8"],
  ];
}

/** What the search decides when nobody disturbs it, with a store of its own. */
export async function undisturbedDecisions(): Promise<readonly unknown[]> {
  const workspace = await Workspace.create();
  try {
    const run = workspace.file("run");
    const finished = await workspace.run(...searchFlags(run));
    expect(finished, finished.stderr).toMatchObject({ code: 0 });
    return decisionsOf(await journalOf(run));
  } finally {
    await workspace.remove();
  }
}

/**
 * The run finished with the undisturbed decisions, promise 1 holds, and its journal alone gives the
 * same events again, disturbances included. Gives its result.
 */
export async function expectSameSearch(
  run: string,
  undisturbed: readonly unknown[],
): Promise<Record<string, unknown>> {
  const events = await journalOf(run);
  expect(decisionsOf(events)).toEqual(undisturbed);
  const { divergence, reproduced } = await replaySearch(events);
  expect(divergence).toBeUndefined();
  expect(reproduced).toBe(events.length);
  expect([...completionsOf(events).values()].every((count) => count === 1)).toBe(true);
  const result = await readJson(join(run, "result.json"));
  expect(result).toMatchObject({
    status: "finished",
    evaluations: { evaluated: disturbedBudget },
  });
  return result;
}

/** Waits until the journal has that many events. */
export async function eventsReach(run: string, count: number): Promise<void> {
  await until(`${count} events`, async () =>
    (await journalOf(run)).length >= count ? true : undefined,
  );
}

/** Waits until no process of this workspace is left. */
export async function allProcessesGone(workspace: Workspace): Promise<void> {
  await until("all processes to be gone", async () =>
    (await processesIn(workspace.path)).length === 0 ? true : undefined,
  );
}

/** The process of a service that a running command started; undefined while there is none. */
export async function servicePid(collm: Collm, service: string): Promise<number | undefined> {
  const children = await descendantsOf(collm.child.pid as number);
  return children.find((child) => isService(child, service))?.pid;
}
