import type { ProtocolReport, RankerResult, ReasonCount } from "./report.js";
import { trivialScores } from "./trivial-scores.js";

const titles = {
  deciles: "One architecture of each accuracy bin",
  "top-decile": "Inside the top decile",
} as const;

/**
 * A protocol's numbers as Markdown lines, for people.
 *
 * @param model how the model is called; absent where none was asked
 */
export function reportLines(report: ProtocolReport, model?: string): readonly string[] {
  const { pool, trials } = report;
  const rows = report.scores.map((score) => row(score.name, score));
  const asked = report.model;
  if (asked && model !== undefined) {
    rows.unshift(asked.result ? row(model, asked.result) : [model, "0", ...Array(6).fill("–")]);
  }
  return [
    `## ${titles[report.protocol]} (\`${report.protocol}\`)`,
    "",
    `${trials} trials, drawn from ${pool.architectures} architectures with ${pool.lowestTop1Percent.toFixed(2)} to ${pool.highestTop1Percent.toFixed(2)} % top-1.`,
    "",
    ...table(rows),
    ...modelLines(report, model ?? "the model"),
  ];
}

/** What the trivial scores are. */
export function scoreLines(): readonly string[] {
  return trivialScores.map(({ name, meaning }) => `- \`${name}\`: ${meaning}`);
}

function modelLines({ model }: ProtocolReport, name: string): readonly string[] {
  if (model === undefined) return [];
  const { usage, comparison } = model;
  const lines = [
    `${name}: ${model.ranked} of ${model.trials} trials ranked, ${model.unparsable} unparsable, ${model.unanswered} without an answer.`,
    ...reasons("unparsable", model.unparsableReasons),
    ...reasons("no answer", model.unansweredReasons),
  ];
  if (model.unparsable > 0) {
    lines.push(
      `Best first in ${percent(model.bestFirstShareOfAnswered)} of all answers, unparsable ones included.`,
    );
  }
  if (comparison) {
    const { interval, wins, ties, losses } = comparison;
    lines.push(
      `Against the best trivial score, \`${comparison.against}\`, on the same trials: mean difference of tau ${signed(comparison.meanDifference)}` +
        (Number.isNaN(interval[0])
          ? ""
          : ` (95 % t-interval ${signed(interval[0])} to ${signed(interval[1])})`) +
        `, ${wins} won, ${ties} tied, ${losses} lost.`,
    );
  }
  lines.push(
    `${model.requests} requests: ${usage.inputTokens} tokens in, ${usage.outputTokens} out (${usage.reasoningTokens} of them reasoning), ${model.seconds.toFixed(1)} s in sum.`,
  );
  return ["", ...lines.map((line) => `- ${line}`)];
}

function reasons(what: string, counts: readonly ReasonCount[]): readonly string[] {
  return counts.map(({ reason, count }) => `${what}, ${count} times: ${oneLine(reason)}`);
}

/** An endpoint's words may hold line breaks and control sequences. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

const heads = ["ranked by", "trials", "tau: mean", "sd", "min", "quartiles", "max", "best first"];

function row(name: string, { trials, tau, bestFirstShare }: RankerResult): readonly string[] {
  return [
    name,
    String(trials),
    tau.mean.toFixed(3),
    Number.isNaN(tau.sd) ? "–" : tau.sd.toFixed(3),
    tau.min.toFixed(2),
    [tau.quartile1, tau.median, tau.quartile3].map((value) => value.toFixed(2)).join(" / "),
    tau.max.toFixed(2),
    percent(bestFirstShare),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

/** Cells as wide as their column, numbers to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...rows.map((cells) => cells[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join(" | ")} |`;
  const rule = widths.map((width, i) =>
    i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(heads), line(rule), ...rows.map(line)];
}
