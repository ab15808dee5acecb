import type { Command } from "commander";
import { checkInWords, checkRoles } from "../llm-check/check-roles.js";
import { llmFlagWords } from "../llm-spec.js";
import { type Output, processOutput } from "../output.js";
import { settingsOfFlags } from "./search-one.js";

interface CheckFlags {
  readonly config?: string;
  readonly llm?: readonly string[];
  readonly json?: boolean;
}

/** Adds `collm llm check` to the program. */
export function addLlmCommand(program: Command): void {
  program
    .command("llm")
    .description("language models that play the roles")
    .command("check")
    .description("make one tiny call to every endpoint of both roles and say what works")
    .option("--config <file>", "configuration file of a search")
    .option("--llm <spec>", llmFlagWords, (spec: string, earlier: string[] = []) => [
      ...earlier,
      spec,
    ])
    .option("--json", "print the results as JSON to standard output")
    .action(async (flags: CheckFlags) => {
      process.exitCode = (await checkFromFlags(flags, processOutput)) ? 0 : 1;
    });
}

/** Runs `collm llm check`. False where an endpoint cannot be asked. */
export async function checkFromFlags(flags: CheckFlags, output: Output): Promise<boolean> {
  const settings = await settingsOfFlags({ ...flags, test: false });
  const checks = await checkRoles(settings, process.env);
  if (flags.json) output.print(JSON.stringify(checks, null, 2));
  else for (const check of checks) output.print(checkInWords(check));
  return checks.every((check) => check.kind === "heuristic" || check.works);
}
