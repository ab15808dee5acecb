import { damageKinds } from "../../damaged-records/damaged-record.js";
import type { Outcome } from "../../damaged-records/try-record.js";
import { fixed, grouped, markdownTable } from "../markdown.js";

/** Outcomes by kind of damage, and every failure with what was done to the record. */
export function damagedRecordsMarkdown(seed: number, outcomes: readonly Outcome[]): string {
  const failures = outcomes.flatMap(({ kind, failure }) =>
    failure === undefined ? [] : [`- ${kind}: ${failure}`],
  );
  const rows = damageKinds.map((kind) =>
    row(
      kind,
      outcomes.filter((outcome) => outcome.kind === kind),
    ),
  );
  return [
    "# Damaged records of NAS-Bench-201",
    "",
    `${grouped(outcomes.length)} records, seed ${seed}. Refused: a clear error. Read: the damage changed nothing that is kept, or a value into another that is allowed.`,
    "Time is of the processor, memory what the process held at most beyond what it had; allowed are 2 s and 128 MiB.",
    "",
    markdownTable(
      ["what was done", "records", "refused", "read", "failed", "slowest, ms", "most memory, MiB"],
      [...rows, row("all", outcomes)],
    ),
    ...(failures.length === 0 ? [] : ["", "Failures:", "", ...failures]),
  ].join("\n");
}

function row(name: string, outcomes: readonly Outcome[]): string[] {
  const count = (result: Outcome["result"]): string =>
    grouped(outcomes.filter((outcome) => outcome.result === result).length);
  const most = (of: (outcome: Outcome) => number): number => Math.max(0, ...outcomes.map(of));
  const seconds = most(({ processorSeconds }) => processorSeconds);
  const memory = most(({ memoryMiB }) => memoryMiB);
  const counts = [count("refused"), count("read"), count("failed")];
  return [name, grouped(outcomes.length), ...counts, fixed(seconds * 1000, 0), fixed(memory, 0)];
}
