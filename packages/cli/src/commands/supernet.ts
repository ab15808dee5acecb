import { verifySupernet } from "@collm/evaluation";
import { createSearchSpace } from "@collm/search-space";
import { loadManifest, openSupernet } from "@collm/supernet";
import type { Command } from "commander";
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
      const manifest = await loadManifest(path);
      const space = createSearchSpace(manifest.spec);
      const largest = space.canonicalise(space.genes.map((gene) => gene.choices.length - 1));
      const weights =
        manifest.weights.kind === "checkpoint" ? await openSupernet(manifest) : undefined;
      const described = {
        name: manifest.name,
        family: manifest.spec.family,
        genes: space.genes.length,
        smallest: space.cost(space.cheapest("macs")),
        largest: space.cost(largest),
        images: manifest.images,
        recipe: manifest.recipe,
        weights: weights
          ? { kind: "checkpoint", digest: weights.digest, ...weights.summary }
          : manifest.weights,
      };
      if (flags.json) {
        processOutput.print(JSON.stringify(described, null, 2));
        return;
      }
      processOutput.print(`${described.name} (${described.family})`);
      processOutput.print("");
      processOutput.print(space.describe());
      processOutput.print("");
      for (const key of ["smallest", "largest", "weights", "images", "recipe"] as const) {
        processOutput.print(`${key}: ${JSON.stringify(described[key])}`);
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
