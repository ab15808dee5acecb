import { relative } from "node:path";
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
        await run.writeViews();
        processOutput.print(relative(".", run.reportPath));
      }
    });
}
