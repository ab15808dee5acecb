import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { foldEvents, repeatedEvaluations } from "@collm/search";
import { allowedSeconds, problemsOf } from "../../fault/check-run.js";
import { type DisturbedRun, runDisturbed } from "../../fault/disturbed-run.js";
import { FaultCluster } from "../../fault/fault-cluster.js";
import type { PlannedDisturbance } from "../../fault/fault-plan.js";
import { say } from "../progress.js";

/** Searches that share a cluster: each needs a table of its own, which every evaluator loads. */
const runsPerCluster = 10;
/** The undisturbed search of each cluster, beyond the seeds of all others. */
const undisturbedSeed = 1_000_000;

/** A search and how it is to be disturbed. */
export interface PlannedRun {
  /** The seed, or the name of the fault. */
  readonly name: string;
  readonly seed: number;
  readonly plan: readonly PlannedDisturbance[];
}

/** A search that was disturbed, and what came of it. */
export interface FaultRun {
  readonly name: string;
  readonly applied: readonly PlannedDisturbance[];
  readonly seconds: number;
  /** What the same cluster took for a search that nobody disturbed. */
  readonly undisturbedSeconds: number;
  /** Evaluations that an evaluator began again. */
  readonly repeated: number;
  readonly problems: readonly string[];
}

/**
 * Runs them in clusters of some each, `jobs` clusters at once, and gives them in their order.
 *
 * @param keep folder for journals, plans and logs of what went wrong
 */
export async function runFaults(
  planned: readonly PlannedRun[],
  jobs: number,
  keep: string,
): Promise<readonly FaultRun[]> {
  const groups = Array.from({ length: Math.ceil(planned.length / runsPerCluster) }, (_, i) =>
    planned.slice(i * runsPerCluster, (i + 1) * runsPerCluster),
  );
  const results: FaultRun[][] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < groups.length; index = next++) {
      results[index] = await runGroup(groups[index] ?? [], keep);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results.flat();
}

async function runGroup(group: readonly PlannedRun[], keep: string): Promise<FaultRun[]> {
  const folder = await mkdtemp(join(tmpdir(), "collm-bench-faults-"));
  const cluster = await FaultCluster.start({
    folder,
    seeds: [undisturbedSeed, ...group.map(({ seed }) => seed)],
    evaluators: 3,
    evaluationMs: 30,
    workers: 2,
  });
  try {
    const alone = await runDisturbed(cluster, undisturbedSeed, [], 60_000);
    const wrong = await problemsOf(cluster, alone, alone.seconds);
    if (wrong.length > 0) throw new Error(`the undisturbed search went wrong: ${wrong.join("; ")}`);
    const runs: FaultRun[] = [];
    for (const { name, seed, plan } of group) {
      const timeoutMs = 1_000 * allowedSeconds(alone.seconds, plan);
      const run = await runDisturbed(cluster, seed, plan, timeoutMs);
      const problems = await problemsOf(cluster, run, alone.seconds);
      if (problems.length > 0)
        await keepRun(cluster, run, problems, join(keep, name.replaceAll(" ", "-")));
      runs.push({
        name,
        applied: run.applied,
        seconds: run.seconds,
        undisturbedSeconds: alone.seconds,
        repeated: repeatedEvaluations(foldEvents(run.events)),
        problems,
      });
      say(progressLine(name, run, problems));
    }
    return runs;
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function progressLine(name: string, run: DisturbedRun, problems: readonly string[]): string {
  const what = run.applied
    .map(({ disturbance, atEvent }) => `${disturbance.name} at ${atEvent}`)
    .join(", ");
  const outcome = problems.length === 0 ? "ok" : `FAILED: ${problems.join("; ")}`;
  return `${name}: ${what}: ${run.seconds.toFixed(1)} s, ${outcome}`;
}

/** What explains a failure later: journals with and without disturbances, plan, logs. */
async function keepRun(
  cluster: FaultCluster,
  { events, undisturbed, applied }: DisturbedRun,
  problems: readonly string[],
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = (list: readonly unknown[]): string =>
    list.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  const plan = applied.map(({ disturbance, atEvent }) => ({ name: disturbance.name, atEvent }));
  await writeFile(join(folder, "events.jsonl"), lines(events));
  await writeFile(join(folder, "undisturbed.jsonl"), lines(undisturbed));
  await writeFile(join(folder, "plan.json"), JSON.stringify({ plan, problems }, undefined, 2));
  await cp(join(cluster.folder, "logs"), join(folder, "logs"), { recursive: true });
  say(`kept in ${folder}`);
}
