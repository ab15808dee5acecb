import { corruptionKinds, formats } from "../../corruption/corrupted-file.js";
import type { Outcome } from "../../corruption/try-file.js";
import { fixed, grouped, markdownTable } from "../markdown.js";

/** Outcomes by kind and format, and every failure with what was done to the file. */
export function corruptionMarkdown(seed: number, outcomes: readonly Outcome[]): string {
  const failures = outcomes.flatMap(({ kind, format, failure }) =>
    failure === undefined ? [] : [`- ${kind}, ${format}: ${failure}`],
  );
  return [
    "# Corrupted weight files",
    "",
    `${grouped(outcomes.length)} files, seed ${seed}. Refused: a clear error. Read: the damage lies where no reader can see it, or beside the weights.`,
    "Time is of the processor, memory what the process held at most beyond what it had; allowed are 2 s and 64 MiB.",
    "",
    markdownTable(
      ["what was done", "files", "refused", "read", "failed", "slowest, ms", "most memory, MiB"],
      [...rows(outcomes), row("all", outcomes)],
    ),
    ...(failures.length === 0 ? [] : ["", "Failures:", "", ...failures]),
  ].join("\n");
}

function rows(outcomes: readonly Outcome[]): string[][] {
  return corruptionKinds.flatMap((kind) =>
    formats.flatMap((format) => {
      const some = outcomes.filter((outcome) => outcome.kind === kind && outcome.format === format);
      return some.length === 0 ? [] : [row(`${kind}, ${format}`, some)];
    }),
  );
}

function row(name: string, outcomes: readonly Outcome[]): string[] {
  const count = (result: Outcome["result"]): string =>
    grouped(outcomes.filter((outcome) => outcome.result === result).length);
  const most = (of: (outcome: Outcome) => number): number => Math.max(...outcomes.map(of));
  return [
    name,
    grouped(outcomes.length),
    count("refused"),
    count("read"),
    count("failed"),
    fixed(most(({ processorSeconds }) => processorSeconds) * 1000, 0),
    fixed(
      most(({ memoryMiB }) => memoryMiB),
      0,
    ),
  ];
}
