import { CollmError } from "@collm/errors";
import { evaluateSubnet, exportSubnet, runSubnet, type SubnetCommand } from "@collm/evaluation";
import type { Command } from "commander";
import { createCliImageLocator } from "../image-locator.js";
import { processOutput } from "../output.js";
import { runtimeFromEnvironment } from "../runtime-from-environment.js";

interface SubnetFlags {
  readonly supernet: string;
  readonly architecture: string;
}

/** Adds `collm subnet run|evaluate|export` to the program: one subnet, without any service. */
export function addSubnetCommand(program: Command): void {
  const subnet = program.command("subnet").description("run, measure or export one subnet");
  const withSubnet = (command: Command): Command =>
    command
      .requiredOption("--supernet <manifest>", "manifest of the supernet")
      .requiredOption("--architecture <file>", "architecture in the family's notation (JSON)");

  withSubnet(subnet.command("run").description("logits for arrays, no preprocessing"))
    .requiredOption("--input <file>", ".npy, float32 [n, 3, height, width]")
    .requiredOption("--output <file>", ".npy for the logits, float32 [n, classes]")
    .option("--calibration <file...>", ".npy batches for re-estimating BatchNorm statistics")
    .option("--statistics <file>", "writes the statistics that were used (JSON)")
    .action(
      async (
        flags: SubnetFlags & {
          input: string;
          output: string;
          calibration?: string[];
          statistics?: string;
        },
      ) => {
        const summary = await runSubnet({
          ...(await commandOf(flags)),
          inputPath: flags.input,
          outputPath: flags.output,
          ...(flags.calibration ? { calibrationPaths: flags.calibration } : {}),
          ...(flags.statistics ? { statisticsPath: flags.statistics } : {}),
        });
        processOutput.print(JSON.stringify(summary));
      },
    );

  withSubnet(subnet.command("evaluate").description("accuracy by the manifest's recipe"))
    .option("--split <name>", "validation or test (unsealed)", "validation")
    .action(async (flags: SubnetFlags & { split: string }) => {
      const { split } = flags;
      if (split !== "validation" && split !== "test") {
        throw new CollmError(
          "invalid-argument",
          `--split: got "${split}", allowed is validation, test`,
        );
      }
      const result = await evaluateSubnet({
        ...(await commandOf(flags)),
        split,
        locateImages: createCliImageLocator(processOutput),
      });
      processOutput.print(JSON.stringify(result));
    });

  withSubnet(subnet.command("export").description("the subnet as one ONNX file"))
    .requiredOption("--output <file>", "the ONNX file")
    .action(async (flags: SubnetFlags & { output: string }) => {
      const summary = await exportSubnet({
        ...(await commandOf(flags)),
        outputPath: flags.output,
        locateImages: createCliImageLocator(processOutput),
      });
      processOutput.print(JSON.stringify(summary));
    });
}

/** The subnet that is meant, run with all cores on the provider that `COLLM_PROVIDER` names. */
async function commandOf(flags: SubnetFlags): Promise<SubnetCommand> {
  const runtime = await runtimeFromEnvironment();
  return { manifestPath: flags.supernet, architecturePath: flags.architecture, runtime };
}
