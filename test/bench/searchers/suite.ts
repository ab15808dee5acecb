import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { formatQuantity } from "@collm/config";
import { CollmError } from "@collm/errors";
import type { SearchConfig } from "@collm/search";
import { loadManifest } from "@collm/supernet";
import { demoFolder } from "../demo.js";
import { readCount, readNames } from "../options.js";
import type { Suite, SuiteReport } from "../suite.js";
import { outcomeOf } from "./outcome.js";
import { planSearches } from "./plan.js";
import { searchersCsv, searchersMarkdown } from "./report.js";
import { runSearches } from "./run-searches.js";

const searcherNames = ["collm", "evolution", "random"] as const;
const baseline = "random";

export const searchersSuite: Suite = {
  name: "searchers",
  summary: "collm (heuristic roles), evolution and random over many seeds, at equal budget",
  optionsHelp: [
    "  --seeds N         seeds 0 to N - 1 for each searcher (default: 20)",
    "  --searchers LIST  of collm, evolution, random (default: all three)",
    "  --config FILE     search settings (default: packages/demo/quickstart.yaml)",
    "  --supernet FILE   manifest in the place of the configuration's",
    "  --budget N        evaluations of each search in the place of the configuration's",
    "  --max-macs N      limit in the place of the configuration's",
    "  --parallel N      searches at the same time (default: 3)",
    "",
    "  Searches run through the four services; journals, evaluation store and logs lie in DIR.",
    "  Started again with the same DIR, it goes on where it was.",
    "  Final run, some 20 minutes on two idle cores:",
    "      pnpm --silent bench searchers --out runs/bench/searchers",
  ].join("\n"),
  defaultOut: "runs/bench/searchers",
  run: async (args, out) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: "string", default: "20" },
        searchers: { type: "string", default: searcherNames.join(",") },
        config: { type: "string", default: `${demoFolder}/quickstart.yaml` },
        supernet: { type: "string" },
        budget: { type: "string" },
        "max-macs": { type: "string" },
        parallel: { type: "string", default: "3" },
      },
    });
    if (out === undefined) throw new CollmError("invalid-argument", "--out: got nothing");
    const searchers = readNames("searchers", values.searchers, searcherNames);
    const plan = await planSearches({
      configPath: values.config,
      searchers,
      seeds: readCount("seeds", values.seeds),
      overrides: {
        ...(values.supernet === undefined ? {} : { supernet: resolve(values.supernet) }),
        ...(values.budget === undefined ? {} : { budget: readCount("budget", values.budget) }),
        ...(values["max-macs"] === undefined ? {} : { maxMacs: values["max-macs"] }),
      },
    });
    const finished = await runSearches(plan, {
      out,
      parallel: readCount("parallel", values.parallel),
    });
    const outcomes = finished.map(({ search, events }) => outcomeOf(search, events));
    const { name } = await loadManifest(plan.manifestPath);
    return report({ name, config: plan.common, outcomes, searchers });
  },
};

function report({
  name,
  config,
  outcomes,
  searchers,
}: {
  readonly name: string;
  readonly config: SearchConfig;
  readonly outcomes: ReturnType<typeof outcomeOf>[];
  readonly searchers: readonly (typeof searcherNames)[number][];
}): SuiteReport {
  const markdown = searchersMarkdown({
    supernet: name,
    limits: limitsInWords(config),
    budget: config.budget,
    candidates: config.candidatesPerIteration,
    searchers,
    baseline,
    outcomes,
  });
  return { markdown, files: { "searchers.csv": searchersCsv(outcomes) } };
}

function limitsInWords({ limits }: SearchConfig): string {
  const { maxMacs, maxFlops, maxParams } = limits;
  const words = [
    maxMacs === undefined ? [] : `at most ${formatQuantity(maxMacs)} MACs`,
    maxFlops === undefined ? [] : `at most ${formatQuantity(maxFlops)} official FLOPs`,
    maxParams === undefined ? [] : `at most ${formatQuantity(maxParams)} parameters`,
  ].flat();
  return words.length === 0 ? "no limit" : words.join(", ");
}
