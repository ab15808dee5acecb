import { layouts } from "../../answers/known-answer.js";
import type { AnswersOutcome, KnownOutcome } from "../../answers/run-answers.js";
import { fixed, grouped, markdownTable } from "../markdown.js";

/** Recall and false candidates by layout, and what damaged answers did. */
export function answersMarkdown(
  seed: number,
  { known, damaged }: AnswersOutcome,
  memoryMiB: number,
): string {
  const characters = known.reduce((sum, { answer }) => sum + answer.text.length, 0);
  const oddities = [...new Set(known.flatMap(({ answer }) => answer.oddities))].sort();
  const rows = layouts.map((layout) =>
    row(
      layout,
      known.filter(({ answer }) => answer.layout === layout),
    ),
  );
  return [
    "# Answers of language models",
    "",
    `${grouped(known.length)} answers of known content (${grouped(characters / known.length)} characters on average) and ` +
      `${grouped(damaged.length)} damaged ones, seed ${seed}. Oddities: ${oddities.join(", ")}.`,
    "",
    markdownTable(
      ["layout", "answers", "whole and legal", "found", "recall, %", "false", "slowest, ms"],
      [...rows, row("all", known)],
    ),
    "",
    `Damaged answers: ${damaged.filter(({ thrown }) => thrown !== undefined).length} made the parser throw, the slowest took ` +
      `${fixed(most(damaged), 0)} ms, ${grouped(damaged.reduce((sum, { proposals }) => sum + proposals, 0))} pieces were told as candidates.`,
    `The process held at most ${fixed(memoryMiB, 0)} MiB more than at the start, outcomes of all answers included.`,
  ].join("\n");
}

function row(name: string, outcomes: readonly KnownOutcome[]): string[] {
  const sum = (of: (outcome: KnownOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const meant = sum(({ answer }) => answer.meant.length);
  const found = meant - sum(({ missed }) => missed.length);
  return [
    name,
    grouped(outcomes.length),
    grouped(meant),
    grouped(found),
    fixed((100 * found) / meant, 2),
    grouped(sum(({ invented }) => invented.length)),
    fixed(most(outcomes), 0),
  ];
}

function most(outcomes: readonly { readonly milliseconds: number }[]): number {
  return outcomes.reduce((slowest, { milliseconds }) => Math.max(slowest, milliseconds), 0);
}
