import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { formatQuantity } from "@collm/config";
import { best, budgetSpent, type SearchState } from "@collm/search";
import { collmCommand } from "./command-line.js";
import type { Output } from "./output.js";
import type { RunDirectory } from "./run-directory.js";

/** Says what a search found, or how to go on with it; prints result.json where asked. */
export async function concludeSearch(
  run: RunDirectory,
  state: SearchState,
  options: { readonly output: Output; readonly isJson: boolean },
): Promise<void> {
  const { output } = options;
  for (const line of summaryLines(run, state)) output.say(line);
  if (options.isJson) {
    output.print((await readFile(join(run.path, "result.json"), "utf8")).trimEnd());
  }
}

function summaryLines(run: RunDirectory, state: SearchState): string[] {
  const directory = relative(".", run.path) || ".";
  const lines = [""];
  const winner = best(state);
  if (winner) {
    const { result } = winner.status;
    const test = state.test ? `, test top-1 ${state.test.result.top1Percent.toFixed(2)} %` : "";
    const synthetic = state.started?.supernet.isSynthetic ? " (synthetic accuracies)" : "";
    lines.push(
      `best      validation top-1 ${result.top1Percent.toFixed(2)} %${test}${synthetic}`,
      `network   ${winner.architecture.canonical}`,
      `cost      ${formatQuantity(winner.cost.macs)} MACs, ${formatQuantity(winner.cost.paramsCount)} parameters`,
    );
  } else {
    lines.push("best      none: no candidate within the limit was evaluated");
  }
  const reason = state.finishReason ?? state.interruption ?? "not finished";
  lines.push(`evaluated ${budgetSpent(state)} of ${state.started?.config.budget} (${reason})`);
  if (state.phase === "finished") {
    lines.push(`report    ${join(directory, "report.html")}`);
  } else {
    lines.push(`resume    ${collmCommand} resume ${directory}`);
  }
  return lines;
}
