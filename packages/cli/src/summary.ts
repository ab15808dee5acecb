import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { formatQuantity } from "@collm/config";
import { archive, best, rolesOf, type SearchState } from "@collm/search";
import { collmCommand } from "./command-line.js";
import type { Output } from "./output.js";
import type { RunDirectory } from "./run-directory.js";

/** Says what a search found, or how to go on with it; prints result.json where asked. */
export async function concludeSearch(
  run: RunDirectory,
  state: SearchState,
  options: {
    readonly output: Output;
    readonly isJson: boolean;
    /** Aborted where the user ended it; absent where leaving does not end it. */
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const { output, signal } = options;
  for (const line of summaryLines(run, state, signal?.aborted ?? false)) output.say(line);
  if (options.isJson) {
    output.print((await readFile(join(run.path, "result.json"), "utf8")).trimEnd());
  }
}

/**
 * @param run the run directory; absent for a search that has none here.
 * @param isStopped whether the user ended it, which the coordinator sees only as its own end.
 */
export function summaryLines(
  run: Pick<RunDirectory, "path"> | undefined,
  state: SearchState,
  isStopped: boolean,
): string[] {
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
  const why = isStopped ? "stopped by the user" : (state.interruption ?? "not finished");
  const reason = state.finishReason ?? why;
  const budget = state.started?.config.budget ?? 0;
  lines.push(`evaluated ${archive(state).length} of ${budget} (${reason})`);
  lines.push(...spendingLines(state));
  lines.push(...roleLines(state), ...roleChangeLines(state), ...standInLines(state));
  if (!run) return lines;
  const directory = relative(".", run.path) || ".";
  if (state.phase === "finished") {
    lines.push(`report    ${join(directory, "report.html")}`);
  } else {
    lines.push(`resume    ${collmCommand} resume ${directory}`);
  }
  return lines;
}

function spendingLines({ llm: { total } }: SearchState): string[] {
  if (total.requests === 0) return [];
  const cost = total.unpricedRequests < total.requests ? `, cost ${total.cost.toFixed(4)}` : "";
  return [
    `models    ${total.requests} request${total.requests === 1 ? "" : "s"}, ${formatQuantity(total.tokens)} tokens${cost}`,
  ];
}

/** One line if language-model roles failed: what was found is then not theirs alone. */
function roleLines({ iterations, started }: SearchState): string[] {
  const failures = iterations.flatMap(({ degraded }) => degraded.map(({ role }) => role));
  const counts = ["navigator", "generator"].flatMap((role) => {
    const count = failures.filter((failed) => failed === role).length;
    return count === 0 ? [] : [{ role, count }];
  });
  if (counts.length === 0) return [];
  const said = counts.map(
    ({ role, count }) => `${role} failed ${count === 1 ? "once" : `${count} times`}`,
  );
  const author = started ? rolesOf[started.config.searcher].at(-1) : undefined;
  const standIn = failures.some((role) => role === author)
    ? "uniform sampling stood in for its candidates"
    : "earlier strategies stayed in force";
  return [`roles     ${said.join(", ")}; ${standIn} (see the report)`];
}

/** One line for each role that was given another player while the search ran. */
function roleChangeLines({ iterations }: SearchState): string[] {
  const changes = iterations.flatMap(({ roleChanges }) => roleChanges ?? []);
  return (["navigator", "generator"] as const).flatMap((role) => {
    const own = changes.filter((change) => change.role === role);
    const [first] = own;
    if (first === undefined) return [];
    const said = own.map(({ iteration, to }) => `${untilBefore(iteration)}, then ${to}`);
    return [`roles     ${role}: ${first.from}${said.join("")}`];
  });
}

/** What changed in the first iteration played in none. */
function untilBefore(iteration: number): string {
  return iteration === 1 ? "" : ` until iteration ${iteration - 1}`;
}

/** One line if somebody else answered than who was to play a role. */
function standInLines({ iterations }: SearchState): string[] {
  const counts = new Map<string, number>();
  for (const { role, player } of iterations.flatMap(({ standIns }) => standIns ?? [])) {
    const said = `${role} was played by ${player}`;
    counts.set(said, (counts.get(said) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const said = [...counts].map(
    ([who, count]) => `${who} ${count === 1 ? "once" : `${count} times`}`,
  );
  return [`roles     ${said.join(", ")} (see the report)`];
}
