import { packFolders } from "@collm/evaluation";
import { foldEvents } from "@collm/search";
import { loadManifest } from "@collm/supernet";
import type { Command } from "commander";
import { type Begin, runEmbeddedSearch } from "../embedded/session.js";
import { createCliImageLocator } from "../image-locator.js";
import { type Output, processOutput } from "../output.js";
import { type Launch, RunDirectory } from "../run-directory.js";
import { stopSignal } from "../stop-signal.js";
import { concludeSearch } from "../summary.js";

/** Adds `collm resume RUN` to the program. */
export function addResumeCommand(program: Command): void {
  program
    .command("resume")
    .description("continue a search from its run directory")
    .argument("<run>", "run directory")
    .option("--no-test", "leave the test split sealed")
    .option("--json", "print result.json to standard output")
    .action(async (path: string, flags: { test: boolean; json?: boolean }) => {
      const output = processOutput;
      const run = new RunDirectory(path);
      const launch = await run.launch();
      const signal = stopSignal(output);
      await packFolders(await loadManifest(launch.supernet), createCliImageLocator(output, signal));
      const { state, isComplete } = await runEmbeddedSearch({
        run,
        launch,
        begin: await beginOf(run, launch, output),
        opensTest: flags.test,
        output,
        signal,
      });
      await concludeSearch(run, state, { output, isJson: flags.json ?? false });
      process.exitCode = isComplete ? 0 : 1;
    });
}

/** A search that died before its first event was durable starts now, with what was resolved then. */
async function beginOf(run: RunDirectory, launch: Launch, output: Output): Promise<Begin> {
  const { started, phase, lastSeq } = foldEvents(await run.events());
  if (!started) {
    output.say(`search ${launch.searchId} had not started, it starts now`);
    return { kind: "start", config: launch.search };
  }
  if (phase === "finished") output.say(`search ${launch.searchId} has already finished`);
  else output.say(`search ${launch.searchId} goes on at event ${lastSeq + 1}`);
  return { kind: "resume" };
}
