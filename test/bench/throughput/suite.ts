import { parseArgs } from "node:util";
import { CollmError } from "@collm/errors";
import { demoManifestPath } from "../demo.js";
import { readCount, readCounts, readNames } from "../options.js";
import type { Suite } from "../suite.js";
import { measureThroughput, networkNames } from "./measure-throughput.js";
import { sizeRoles } from "./networks/digits.js";
import { throughputMarkdown } from "./report/report.js";
import { defaultCoreTypes } from "./torch/torch-settings.js";

export const throughputSuite: Suite = {
  name: "throughput",
  summary: "images per second of the evaluator's networks against PyTorch, in alternating rounds",
  optionsHelp: [
    "  --network NAME    digits (the demo's), or with weights from a formula ofa, spos or autoformer",
    "                    at 224 pixels (default: digits)",
    "  --subnets LIST    of digits and ofa: smallest, median, largest (default: all three; of ofa median)",
    "  --batch LIST      our batch sizes (default: the evaluator's; of digits 128 too)",
    "  --torch-batch LIST   batch sizes that PyTorch tries (default: 4,16,32; of digits 16,128)",
    "  --openblas LIST   kernels that PyTorch's OpenBLAS tries: auto, SkylakeX, Haswell, ...",
    "                    (default: auto, and SkylakeX where the processor has AVX-512)",
    "  --threads N       threads of each contender (default: 2)",
    "  --rounds N        rounds (default: 9)",
    "  --seconds N       seconds of each contender in a round (default: 1)",
    "  --trial-rounds N  rounds in which PyTorch's settings are tried (default: 3)",
    "  --manifest FILE   of digits: another once-for-all supernet with images",
    "",
    "  PyTorch runs in $COLLM_PYTHON (default: /usr/bin/python3; Debian: python3-torch",
    "  libopenblas0-pthread libopenblas0-openmp); without it only our own numbers are measured. It is",
    "  given two threads in one process as well as two processes, and the build of OpenBLAS, kernels,",
    "  memory layout and batch size in which it was fastest.",
    "  Final run, on a machine that does nothing else, some 5 minutes for each network:",
    "      pnpm --silent bench throughput --network ofa --out runs/bench",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        network: { type: "string", default: "digits" },
        subnets: { type: "string" },
        batch: { type: "string" },
        "torch-batch": { type: "string" },
        openblas: { type: "string" },
        threads: { type: "string", default: "2" },
        rounds: { type: "string", default: "9" },
        seconds: { type: "string", default: "1" },
        "trial-rounds": { type: "string", default: "3" },
        manifest: { type: "string", default: demoManifestPath },
      },
    });
    const [network = "digits"] = readNames("network", values.network, networkNames);
    const isDigits = network === "digits";
    const roles = values.subnets ?? (isDigits ? sizeRoles.join(",") : "median");
    const ours = values.batch ?? (isDigits ? "16,128" : undefined);
    const coreTypes = values.openblas
      ?.split(",")
      .map((name) => (name === "auto" ? undefined : name));
    const measured = await measureThroughput({
      network,
      roles: readNames("subnets", roles, sizeRoles),
      manifestPath: values.manifest,
      batchSizes: ours === undefined ? undefined : readBatchSizes("batch", ours),
      torchBatchSizes: readBatchSizes(
        "torch-batch",
        values["torch-batch"] ?? (isDigits ? "16,128" : "4,16,32"),
      ),
      coreTypes: coreTypes ?? defaultCoreTypes(),
      threads: readCount("threads", values.threads),
      rounds: readCount("rounds", values.rounds),
      seconds: readCount("seconds", values.seconds),
      trialRounds: readCount("trial-rounds", values["trial-rounds"]),
    });
    return { markdown: throughputMarkdown(measured), files: {} };
  },
};

const largestBatch = 1024;

function readBatchSizes(flag: string, text: string): readonly number[] {
  const sizes = readCounts(flag, text);
  const tooLarge = sizes.find((size) => size > largestBatch);
  if (tooLarge === undefined) return sizes;
  throw new CollmError(
    "invalid-argument",
    `--${flag}: got ${tooLarge}, allowed is at most ${largestBatch}`,
  );
}
