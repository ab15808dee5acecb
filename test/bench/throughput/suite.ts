import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CollmError } from "@collm/errors";
import type { Architecture, SearchSpace } from "@collm/search-space";
import { extreme, typical } from "../architectures.js";
import { demoManifestPath, openDemo } from "../demo.js";
import { isMachineBusy, machineLine } from "../machine.js";
import { readCount, readCounts, readNames } from "../options.js";
import { say } from "../progress.js";
import type { Suite, SuiteReport } from "../suite.js";
import { readyInputs } from "./inputs.js";
import { measureSubnetSpeed, type SpeedOptions } from "./measure-subnet-speed.js";
import { startPeak } from "./practical-peak.js";
import { prepareSubnet } from "./prepare-subnet.js";
import { type SubnetThroughput, throughputMarkdown } from "./report.js";
import { TorchPeer } from "./torch-peer.js";

const roles = ["smallest", "median", "largest"] as const;
type Role = (typeof roles)[number];

/** Inputs that rounds go through again and again: more than the caches hold of a batch. */
const inputsCount = 1024;
const startRepeats = 5;

export const throughputSuite: Suite = {
  name: "throughput",
  summary: "images per second of the evaluator's networks against PyTorch, in alternating rounds",
  optionsHelp: [
    "  --subnets LIST    of smallest, median, largest (default: all three)",
    "  --batch LIST      batch sizes, up to 1024 (default: 16, the evaluator's, and 128)",
    "  --threads N       threads of each contender (default: 2)",
    "  --rounds N        rounds (default: 9)",
    "  --seconds N       seconds of each contender in a round (default: 1)",
    "  --manifest FILE   the demo's manifest by default; PyTorch can only build the demo's network",
    "",
    "  PyTorch runs in $COLLM_PYTHON (default: /usr/bin/python3; Debian: python3-torch",
    "  libopenblas0-pthread); without it only our own numbers are measured.",
    "  Final run, on a machine that does nothing else, some 5 minutes:",
    "      pnpm --silent bench throughput --out runs/bench",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        subnets: { type: "string", default: roles.join(",") },
        batch: { type: "string", default: "16,128" },
        threads: { type: "string", default: "2" },
        rounds: { type: "string", default: "9" },
        seconds: { type: "string", default: "1" },
        manifest: { type: "string", default: demoManifestPath },
      },
    });
    const batchSizes = readCounts("batch", values.batch);
    const tooLarge = batchSizes.find((size) => size > inputsCount);
    if (tooLarge !== undefined) {
      throw new CollmError(
        "invalid-argument",
        `--batch: got ${tooLarge}, allowed is at most ${inputsCount}`,
      );
    }
    return await measure({
      roles: readNames("subnets", values.subnets, roles),
      batchSizes,
      threads: readCount("threads", values.threads),
      rounds: readCount("rounds", values.rounds),
      seconds: readCount("seconds", values.seconds),
      manifestPath: values.manifest,
    });
  },
};

interface ThroughputOptions {
  readonly roles: readonly Role[];
  readonly batchSizes: readonly number[];
  readonly threads: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly manifestPath: string;
}

async function measure(options: ThroughputOptions): Promise<SuiteReport> {
  const { threads, rounds, seconds, batchSizes } = options;
  const machine = machineLine();
  const isBusy = isMachineBusy();
  const demo = await openDemo(options.manifestPath);
  const { manifest, space } = demo.supernet;
  if (manifest.weights.kind !== "checkpoint") throw new RangeError("manifest without weights");
  const folder = await mkdtemp(join(tmpdir(), "collm-bench-"));
  const started = await TorchPeer.start(process.env.COLLM_PYTHON ?? "/usr/bin/python3", threads);
  const peer = typeof started === "string" ? undefined : started;
  const torch = typeof started === "string" ? `not measured (${started})` : started.version;
  say(`PyTorch: ${torch}`);
  const peaks = { session: await startPeak(1, threads), workers: await startPeak(threads, 1) };
  const speedOptions: Omit<SpeedOptions, "batchSize"> = {
    weightsPath: manifest.weights.path,
    threads,
    rounds,
    seconds,
    folder,
    peer,
    peaks,
  };
  try {
    const subnets: SubnetThroughput[] = [];
    for (const role of options.roles) {
      const architecture = architectureOf(role, space);
      const prepared = await prepareSubnet(demo, architecture, {
        threads: 1,
        repeats: startRepeats,
      });
      const { resolution, normalize } = prepared.subnet;
      const images = await demo.images("validation", resolution);
      const inputs = readyInputs(images, inputsCount, normalize);
      const speeds = [];
      for (const batchSize of batchSizes) {
        say(`${role} subnet ${architecture.canonical}, batches of ${batchSize}`);
        speeds.push(await measureSubnetSpeed(prepared, inputs, { ...speedOptions, batchSize }));
      }
      subnets.push({ role, prepared, speeds });
    }
    const markdown = throughputMarkdown({
      machine,
      isBusy,
      torch,
      threads,
      rounds,
      seconds,
      subnets,
    });
    return { markdown, files: {} };
  } finally {
    await peaks.session.close();
    await peaks.workers.close();
    await peer?.close();
    await rm(folder, { recursive: true });
  }
}

function architectureOf(role: Role, space: SearchSpace): Architecture {
  return role === "median" ? typical(space, 10_000, 0) : extreme(space, role);
}
