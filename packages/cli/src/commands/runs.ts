import { relative } from "node:path";
import { CollmError } from "@collm/errors";
import type { Command } from "commander";
import { clientTls } from "../client-tls.js";
import { coordinatorAddress } from "../coordinator-address.js";
import { CoordinatorClient } from "../coordinator-client.js";
import { type Output, processOutput } from "../output.js";
import { type ListedRun, listAtCoordinator, listRunDirectories } from "../runs/listed-run.js";

interface RunsFlags {
  readonly coordinator?: string;
  readonly json?: boolean;
}

/** Where `collm search` makes its run directories. */
const defaultFolder = "runs";

/** Adds `collm runs` to the program. */
export function addRunsCommand(program: Command): void {
  program
    .command("runs")
    .description("list searches, newest activity first")
    .argument("[folder]", `folder of run directories (default ${defaultFolder})`)
    .option("--coordinator <host:port>", "list the searches there")
    .option("--json", "print the list to standard output as JSON")
    .action(async (folder: string | undefined, flags: RunsFlags) => {
      const runs = await listRuns(folder, flags.coordinator);
      if (flags.json) processOutput.print(JSON.stringify(runs, null, 2));
      else showRuns(runs, flags.coordinator !== undefined, processOutput);
    });
}

async function listRuns(
  folder: string | undefined,
  address: string | undefined,
): Promise<readonly ListedRun[]> {
  if (address === undefined) return await listRunDirectories(folder ?? defaultFolder);
  if (folder !== undefined) {
    throw new CollmError(
      "invalid-argument",
      `folder: got "${folder}", allowed without --coordinator only`,
    );
  }
  const client = new CoordinatorClient(coordinatorAddress(address), clientTls());
  try {
    return listAtCoordinator(await client.list());
  } finally {
    client.close();
  }
}

function showRuns(runs: readonly ListedRun[], isRemote: boolean, output: Output): void {
  if (runs.length === 0) {
    output.say("no searches");
    return;
  }
  const header = ["run", "searcher", "supernet", "phase", "evaluated", "best", "last activity"];
  const rows = runs.map((run) => [
    isRemote ? run.run : relative(".", run.run) || ".",
    run.searcher,
    run.supernet,
    run.phase,
    `${run.evaluations}/${run.budget}`,
    run.bestTop1Percent === undefined ? "-" : `${run.bestTop1Percent.toFixed(2)} %`,
    run.lastEventAt?.slice(0, 19) ?? "-",
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [header, ...rows]) {
    output.say(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}
