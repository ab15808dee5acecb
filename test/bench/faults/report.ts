import { quantile } from "@collm/statistics";
import { budget } from "../../fault/disturbed-run.js";
import { ackWaitMs } from "../../fault/fault-cluster.js";
import { machineLine } from "../machine.js";
import { fixed, grouped, markdownTable } from "../markdown.js";
import type { FaultRun } from "./run-faults.js";

/** How often each disturbance came, what it cost, and everything that went wrong. */
export function faultsMarkdown(runs: readonly FaultRun[]): string {
  const failed = runs.filter(({ problems }) => problems.length > 0);
  const count = runs.reduce((sum, { applied }) => sum + applied.length, 0);
  const names = [...new Set(runs.flatMap(({ applied }) => namesOf(applied)))].sort();
  return [
    "# Faults on NATS",
    "",
    `${grouped(runs.length)} searches with ${grouped(count)} disturbances, ${failed.length} of them went wrong. Each: evolution on a table, ${budget} evaluations of 30 ms,`,
    `1 coordinator, 3 evaluators with 2 workers, ack wait ${ackWaitMs / 1000} s. Right is: one result for each architecture in journal and store, the`,
    "decisions and the winner of the same search undisturbed, an identical replay, no dead letter but those that were provoked, an empty queue, a bounded delay.",
    "",
    `${machineLine()}.`,
    "",
    markdownTable(
      [
        "disturbance (alone or among others)",
        "searches",
        "went wrong",
        "added s, p50",
        "p99",
        "most",
        "repeated evaluations",
      ],
      [
        ...names.map((name) =>
          row(
            name,
            runs.filter(({ applied }) => namesOf(applied).includes(name)),
          ),
        ),
        row("all", runs),
      ],
    ),
    ...(failed.length === 0
      ? []
      : ["", ...failed.map(({ name, problems }) => `- ${name}: ${problems.join("; ")}`)]),
  ].join("\n");
}

export function faultsCsv(runs: readonly FaultRun[]): string {
  const header = "name,disturbances,seconds,undisturbed_seconds,repeated,problems";
  const lines = runs.map(({ name, applied, seconds, undisturbedSeconds, repeated, problems }) =>
    [
      name,
      applied.map(({ disturbance, atEvent }) => `${disturbance.name} at ${atEvent}`).join("; "),
      seconds.toFixed(2),
      undisturbedSeconds.toFixed(2),
      String(repeated),
      String(problems.length),
    ].join(","),
  );
  return `${[header, ...lines].join("\n")}\n`;
}

function row(name: string, runs: readonly FaultRun[]): string[] {
  const added = runs.map(({ seconds, undisturbedSeconds }) => seconds - undisturbedSeconds);
  const repeated = runs.reduce((sum, run) => sum + run.repeated, 0);
  return [
    name,
    grouped(runs.length),
    grouped(runs.filter(({ problems }) => problems.length > 0).length),
    fixed(quantile(added, 0.5), 1),
    fixed(quantile(added, 0.99), 1),
    fixed(Math.max(...added), 1),
    grouped(repeated),
  ];
}

function namesOf(applied: FaultRun["applied"]): readonly string[] {
  return applied.map(({ disturbance }) => disturbance.name);
}
