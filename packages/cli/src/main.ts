import { CollmError } from "@collm/errors";
import { CommanderError } from "commander";
import { processOutput } from "./output.js";
import { createProgram } from "./program.js";

/** Exit codes: 0 done, 2 bad usage or configuration, 1 anything else. */
async function main(): Promise<void> {
  try {
    await createProgram().parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version end with code 0; anything else is bad usage and was already explained.
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const folded = CollmError.from(error);
    processOutput.say(`collm: ${folded.message}`);
    if (folded.code === "internal") processOutput.say((error as Error).stack ?? "");
    process.exitCode = ["invalid-argument", "not-found"].includes(folded.code) ? 2 : 1;
  }
}

await main();
