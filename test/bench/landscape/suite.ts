import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Architecture } from "@collm/search-space";
import { medianMacs, sampleDistinct } from "../architectures.js";
import { type DemoSupernet, demoManifestPath, openDemo } from "../demo.js";
import { readCount } from "../options.js";
import { say } from "../progress.js";
import type { Suite, SuiteReport } from "../suite.js";
import { limitFacts, spaceFacts } from "./facts.js";
import { type MeasuredNetwork, measureCorrectness } from "./measure-correctness.js";
import { landscapeCsv, landscapeMarkdown } from "./report.js";

const medianSamples = 10_000;

export const landscapeSuite: Suite = {
  name: "landscape",
  summary: "what there is to find in the demo's space, and whether its images can tell",
  optionsHelp: [
    "  --samples N       subnets drawn uniformly, and again within the limit (default: 60)",
    "  --max-macs N      the limit (default: the median of 10,000 uniformly drawn subnets)",
    "  --seed N          seed of the samples (default: 0)",
    "  --threads N       threads of ONNX Runtime (default: all cores)",
    "  --manifest FILE   default: the demo's",
    "",
    "  Final run, some 2 minutes on two idle cores:",
    "      pnpm --silent bench landscape --out runs/bench",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        samples: { type: "string", default: "60" },
        "max-macs": { type: "string" },
        seed: { type: "string", default: "0" },
        threads: { type: "string", default: String(availableParallelism()) },
        manifest: { type: "string", default: demoManifestPath },
      },
    });
    const maxMacs = values["max-macs"];
    return await measure({
      samples: readCount("samples", values.samples, 2),
      ...(maxMacs === undefined ? {} : { limitMacs: readCount("max-macs", maxMacs) }),
      seed: readCount("seed", values.seed, 0),
      threads: readCount("threads", values.threads),
      manifestPath: values.manifest,
    });
  },
};

interface LandscapeOptions {
  readonly samples: number;
  readonly limitMacs?: number;
  readonly seed: number;
  readonly threads: number;
  readonly manifestPath: string;
}

async function measure(options: LandscapeOptions): Promise<SuiteReport> {
  const { samples, seed, threads } = options;
  const demo = await openDemo(options.manifestPath);
  const { space, manifest } = demo.supernet;
  const median = medianMacs(space, medianSamples, seed);
  const limitMacs = options.limitMacs ?? median;
  const uniform = await measureAll(demo, sampleDistinct(space, samples, seed), threads);
  const inLimit = sampleDistinct(space, samples, `${seed} within`, { maxMacs: limitMacs });
  const within = await measureAll(demo, inLimit, threads);
  return {
    markdown: landscapeMarkdown({
      supernet: manifest.name,
      images: uniform[0]?.isCorrect.length ?? 0,
      seed,
      medianMacs: median,
      medianSamples,
      limitMacs,
      space: spaceFacts(uniform),
      within: limitFacts(within),
    }),
    files: { "landscape.csv": landscapeCsv({ uniform, within }) },
  };
}

async function measureAll(
  demo: DemoSupernet,
  architectures: readonly Architecture[],
  threads: number,
): Promise<MeasuredNetwork[]> {
  const measured: MeasuredNetwork[] = [];
  for (const architecture of architectures) {
    const runtime = { executionProvider: "cpu", threads };
    measured.push(await measureCorrectness(demo, architecture, runtime));
    if (measured.length % 10 === 0) say(`${measured.length} of ${architectures.length} subnets`);
  }
  return measured;
}
