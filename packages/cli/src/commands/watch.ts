import { CollmError } from "@collm/errors";
import { parseSearchId, type SearchId, type SearchState } from "@collm/search";
import type { Command } from "commander";
import { clientTls } from "../client-tls.js";
import { coordinatorAddress } from "../coordinator-address.js";
import { CoordinatorClient } from "../coordinator-client.js";
import { type Output, processOutput } from "../output.js";
import { RunDirectory } from "../run-directory.js";
import { stopSignal } from "../stop-signal.js";
import { summaryLines } from "../summary.js";
import { JsonView, ProgressView } from "../watch/views.js";
import { watchSearch } from "../watch/watch-search.js";
import { coordinatorSource, runSource, type WatchSource } from "../watch/watch-source.js";

interface WatchFlags {
  readonly coordinator?: string;
  readonly json?: boolean;
  readonly from?: string;
}

/** Adds `collm watch RUN` to the program. */
export function addWatchCommand(program: Command): void {
  program
    .command("watch")
    .description("follow a search that runs elsewhere, until it rests")
    .argument("<run>", "run directory; with --coordinator a search id")
    .option("--coordinator <host:port>", "watch a search there")
    .option("--json", "print the events to standard output, a line of JSON each")
    .option("--from <seq>", "with --json: the first event that is printed (default 1)")
    .action(async (run: string, flags: WatchFlags) => {
      process.exitCode = (await watch(run, flags, processOutput)) ? 0 : 1;
    });
}

/** Whether the search was watched to its end. */
async function watch(name: string, flags: WatchFlags, output: Output): Promise<boolean> {
  const from = firstSeq(flags);
  if (flags.coordinator === undefined) {
    const run = new RunDirectory(name);
    await run.launch();
    return await follow(runSource(run), flags, from, output, run);
  }
  const client = new CoordinatorClient(coordinatorAddress(flags.coordinator), clientTls());
  try {
    return await follow(coordinatorSource(client, readId(name)), flags, from, output);
  } finally {
    client.close();
  }
}

async function follow(
  source: WatchSource,
  flags: WatchFlags,
  from: number,
  output: Output,
  run?: RunDirectory,
): Promise<boolean> {
  const view = flags.json ? new JsonView(output, from) : new ProgressView(output, run?.path);
  const left = new AbortController();
  const signal = stopSignal({
    notice: () => left.abort(),
    end: () => view.end(),
  });
  let state: SearchState;
  try {
    state = await watchSearch(source, view, signal);
  } finally {
    view.end();
  }
  const isFinished = state.phase === "finished";
  if (left.signal.aborted) output.say("stopped watching, the search goes on without it");
  else if (!flags.json) for (const line of summaryLines(run, state, false)) output.say(line);
  return isFinished;
}

function firstSeq({ from, json }: WatchFlags): number {
  if (from === undefined) return 1;
  const seq = Number(from);
  if (json && /^\d+$/.test(from) && seq >= 1) return seq;
  throw new CollmError(
    "invalid-argument",
    json
      ? `--from: got "${from}", allowed is a whole number from 1`
      : "--from: allowed with --json only",
  );
}

function readId(text: string): SearchId {
  try {
    return parseSearchId(text);
  } catch (error) {
    throw new CollmError("invalid-argument", (error as Error).message);
  }
}
