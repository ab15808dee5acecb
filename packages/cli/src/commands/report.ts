import { relative } from "node:path";
import { CollmError } from "@collm/errors";
import type { Command } from "commander";
import { processOutput } from "../output.js";
import { RunDirectory } from "../run-directory.js";

/** Adds `collm report RUN...` to the program. */
export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("write result.json and report.html again from the journal")
    .argument("<run...>", "run directories")
    .action(async (paths: string[]) => {
      for (const path of paths) {
        const run = new RunDirectory(path);
        await run.launch();
        const { started } = await run.writeViews();
        if (!started) {
          throw new CollmError(
            "not-found",
            `${run.path}: nothing to report, the search has not started (no event in events.jsonl)`,
          );
        }
        processOutput.print(relative(".", run.reportPath));
      }
    });
}
