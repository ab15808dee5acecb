import { verifySupernet } from "@collm/evaluation";
import type { Command } from "commander";
import { describeSupernet } from "../describe-supernet.js";
import { processOutput } from "../output.js";
import { runtimeFromEnvironment } from "../runtime-from-environment.js";
import { isSound, verificationLines } from "../verification-lines.js";

/** Adds `collm supernet describe|verify MANIFEST` to the program. */
export function addSupernetCommand(program: Command): void {
  const supernet = program.command("supernet").description("look at a supernet");
  supernet
    .command("describe")
    .description("search space, costs and weights of a supernet")
    .argument("<manifest>", "manifest file")
    .option("--json", "print JSON")
    .action(async (path: string, flags: { json?: boolean }) => {
      const { name, family, space, facts } = await describeSupernet(path);
      if (flags.json) {
        const described = { name, family, genes: space.genes.length, ...facts };
        processOutput.print(JSON.stringify(described, null, 2));
        return;
      }
      processOutput.print(`${name} (${family})`);
      processOutput.print("");
      processOutput.print(space.describe());
      processOutput.print("");
      for (const [key, fact] of Object.entries(facts)) {
        processOutput.print(`${key}: ${JSON.stringify(fact)}`);
      }
    });
  supernet
    .command("verify")
    .description(
      "read a supernet's weights, say what file they are, run its smallest and largest subnet",
    )
    .argument("<manifest>", "manifest file")
    .option("--json", "print JSON")
    .action(async (path: string, flags: { json?: boolean }) => {
      const verification = await verifySupernet(path, await runtimeFromEnvironment());
      if (flags.json) processOutput.print(JSON.stringify(verification, null, 2));
      else for (const line of verificationLines(verification)) processOutput.print(line);
      process.exitCode = isSound(verification) ? 0 : 1;
    });
}
