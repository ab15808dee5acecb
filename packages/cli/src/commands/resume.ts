import { best, foldEvents, hasNetworks, type SearchState } from "@collm/search";
import type { Command } from "commander";
import {
  type Begin,
  runEmbeddedSearch,
  type SessionOptions,
  type SessionOutcome,
} from "../embedded/session.js";
import { requireHome } from "../home.js";
import { type Output, processOutput } from "../output.js";
import { createProgress } from "../progress/progress.js";
import { type Launch, RunDirectory } from "../run-directory.js";
import { openSearchTarget } from "../search-target.js";
import { whileStoppable } from "../stop-signal.js";
import { runSubmittedSearch } from "../submitted/session.js";
import { concludeSearch } from "../summary.js";

interface ResumeFlags {
  readonly test: boolean;
  readonly json?: boolean;
}

/** Adds `collm resume RUN` to the program. */
export function addResumeCommand(program: Command): void {
  program
    .command("resume")
    .description("continue a search from its run directory")
    .argument("<run>", "run directory")
    .option("--no-test", "leave the test split sealed")
    .option("--json", "print result.json to standard output")
    .action(async (path: string, flags: ResumeFlags) => {
      const run = new RunDirectory(path);
      const launch = await run.launch();
      const { isComplete } = await run.hold(() => resumeIn(run, launch, flags, processOutput));
      process.exitCode = isComplete ? 0 : 1;
    });
}

/** Goes on with a search of which there is a directory, or says that it has ended. */
export async function resumeIn(
  run: RunDirectory,
  launch: Launch,
  flags: ResumeFlags,
  output: Output,
): Promise<SessionOutcome> {
  const progress = createProgress(output, Date.now);
  return await whileStoppable(progress, (signal) =>
    goOnIn({ run, launch, opensTest: flags.test, output, progress, signal }, flags),
  );
}

async function goOnIn(
  options: Omit<SessionOptions, "begin">,
  flags: ResumeFlags,
): Promise<SessionOutcome> {
  const { run, launch, output, signal } = options;
  const state = foldEvents(await run.events());
  const begin = beginOf(state, launch, output);
  const outcome = (await isDone(run, launch, state, flags))
    ? { state: await run.writeViews(), isComplete: best(state) !== undefined }
    : await goOn();
  const isHere = options.launch.coordinator === undefined;
  await concludeSearch(run, outcome.state, {
    ...{ output, isJson: flags.json ?? false },
    ...(isHere ? { signal } : {}),
  });
  return outcome;

  async function goOn(): Promise<SessionOutcome> {
    const { coordinator } = launch;
    const session = { ...options, begin };
    if (coordinator !== undefined) return await runSubmittedSearch(session, coordinator);
    await requireHome();
    await (await openSearchTarget(launch.supernet)).prepare(output, signal);
    return runEmbeddedSearch(session);
  }
}

/** Whether a finished search has everything that follows from it: no service is needed. */
async function isDone(
  run: RunDirectory,
  launch: Launch,
  state: SearchState,
  flags: ResumeFlags,
): Promise<boolean> {
  if (state.phase !== "finished" || !state.started) return false;
  if (!best(state)) return true;
  const isTested = !flags.test || state.test !== undefined;
  // A coordinator elsewhere hands out no weights.
  const hasFile = launch.coordinator !== undefined || !hasNetworks(state.started.supernet);
  return isTested && (hasFile || (await run.hasSubnet()));
}

/** A search that died before its first event was durable starts now, with what was resolved then. */
function beginOf(state: SearchState, launch: Launch, output: Output): Begin {
  const { started, phase, lastSeq } = state;
  if (!started) {
    output.say(`search ${launch.searchId} had not started, it starts now`);
    return { kind: "start", config: launch.search };
  }
  if (phase === "finished") output.say(`search ${launch.searchId} has already finished`);
  else output.say(`search ${launch.searchId} goes on at event ${lastSeq + 1}`);
  return { kind: "resume" };
}
