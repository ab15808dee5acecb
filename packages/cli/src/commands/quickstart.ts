import type { Command } from "commander";
import { collmCommand } from "../command-line.js";
import { quickstartConfigPath } from "../demo-files.js";
import { type Output, processOutput } from "../output.js";
import { searchFromFlags } from "./search-one.js";

/** Adds `collm quickstart` to the program: a whole search on the demo, then what to do next. */
export function addQuickstartCommand(program: Command): void {
  program
    .command("quickstart")
    .description("search the demo supernet (handwritten digits); needs nothing but this machine")
    .option("--out <dir>", "run directory (default runs/digits-<time>)")
    .action(async (flags: { out?: string }) => {
      const config = quickstartConfigPath();
      const { isComplete } = await searchFromFlags({ ...flags, config, test: true }, processOutput);
      if (!isComplete) {
        process.exitCode = 1;
        return;
      }
      sayNextSteps(processOutput);
    });
}

function sayNextSteps(output: Output): void {
  output.say("");
  output.say("The roles were played by the built-in heuristic, no language model was asked. Next:");
  output.say(
    `1. your LLM       ${collmCommand} search --config packages/demo/quickstart.yaml --llm openai:MODEL@http://HOST:PORT/v1`,
  );
  output.say(
    `2. your supernet  ${collmCommand} search --supernet MANIFEST.yaml --max-flops 330M   (docs/search-spaces.md)`,
  );
  output.say(
    `3. a cluster      each service by itself: COLLM_SUPERNETS=packages/demo/digits.yaml ${collmCommand} serve evaluator   (docs/services.md)`,
  );
}
