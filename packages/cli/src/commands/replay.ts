import { CollmError } from "@collm/errors";
import { replaySearch } from "@collm/search";
import type { Command } from "commander";
import { processOutput } from "../output.js";
import { readAnswersAgain } from "../replay/read-again.js";
import { diffLines, replayJson, replayLines } from "../replay/replay-lines.js";
import { RunDirectory } from "../run-directory.js";

interface ReplayFlags {
  readonly diff?: boolean;
  readonly json?: boolean;
}

/** Adds `collm replay RUN` to the program. */
export function addReplayCommand(program: Command): void {
  program
    .command("replay")
    .description("make a search again from its journal, without models or evaluators")
    .argument("<run>", "run directory")
    .option("--diff", "show where journal and replay part, field by field")
    .option("--json", "print the outcome to standard output as JSON")
    .action(async (path: string, flags: ReplayFlags) => {
      const run = new RunDirectory(path);
      const events = await run.events();
      if (events.length === 0) {
        throw new CollmError(
          "not-found",
          `${run.path}: nothing to replay (no event in events.jsonl)`,
        );
      }
      const replay = await replaySearch(events);
      const readAgain = readAnswersAgain(events.slice(0, replay.reproduced), replay.state);
      const { divergence } = replay;
      for (const line of replayLines(replay, readAgain, events)) processOutput.say(line);
      if (flags.diff && divergence)
        for (const line of diffLines(divergence)) processOutput.say(line);
      if (flags.json)
        processOutput.print(JSON.stringify(replayJson(replay, readAgain, events), null, 2));
      process.exitCode = divergence ? 1 : 0;
    });
}
