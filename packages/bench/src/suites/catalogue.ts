import { CollmError } from "@collm/errors";
import { searcherNames } from "@collm/search";
import { type Arm, armOf, heuristicPlayers, type Players, variant } from "./arm.js";
import { llmsSuite, promptsSuite, temperatureSuite } from "./language-models.js";
import { refuseSearchers, type Suite, type SuiteOptions } from "./suite.js";

/** The searchers of a comparison that exist in this version, in the order of tables. */
function existing(...names: readonly string[]): string[] {
  return names.filter((name) => (searcherNames as readonly string[]).includes(name));
}

/** Arms that `--searchers` names, else these. */
function searcherArms(
  options: SuiteOptions,
  budget: number,
  fallback: readonly string[],
  more: { readonly candidates?: number; readonly maxMacs?: number } = {},
): readonly Arm[] {
  const candidates = options.candidates ?? more.candidates;
  const maxMacs = options.maxMacs ?? more.maxMacs;
  const common = {
    budget: options.budget ?? budget,
    ...(candidates === undefined ? {} : { candidates }),
    limits: maxMacs === undefined ? {} : { maxMacs },
  };
  const arms = (options.searchers ?? fallback).map((text) =>
    armOf(text, common, onePlayers(options)),
  );
  const names = arms.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return arms;
  throw new CollmError("invalid-argument", `--searchers: got ${twice} twice, allowed is once`);
}

/** Who plays the roles where a suite does not compare language models. */
function onePlayers({ players }: SuiteOptions): Players {
  const [first = heuristicPlayers, ...others] = players;
  if (others.length === 0) return first;
  throw new CollmError(
    "invalid-argument",
    "--llm: got several language models, allowed is one of them but for the suites llms and temperature",
  );
}

/** Random sampling where it takes part, and evolution. */
function usualBaselines(arms: readonly Arm[]): readonly string[] {
  const names = arms.map(({ name }) => name);
  const found = ["random", "evolution"].filter((name) => names.includes(name));
  return found.length > 0 ? found : names.slice(0, 1);
}

const classical = ["random", "reinforce", "evolution", "ageing-evolution", "local-search"];

const nasBench201Suite: Suite = {
  name: "nas-bench-201",
  summary: "searchers on the three data sets of NAS-Bench-201, the paper's Table 4",
  intro:
    "Search on validation accuracy; the winner's test accuracy is read once, when its search has finished.",
  seeds: 400,
  budget: 100,
  extras: ["funnel"],
  plan: (options) => {
    const arms = searcherArms(options, 100, existing(...classical, "opro", "sillm", "collm"));
    return { arms, baselines: usualBaselines(arms) };
  },
};

const memorySuite: Suite = {
  name: "memory",
  summary: "which role may see earlier iterations, the paper's memory ablation",
  intro:
    "The Navigator's and the Generator's memory, each on and off; the method has the Navigator's alone.",
  seeds: 100,
  budget: 100,
  extras: ["funnel", "llm-usage"],
  plan: (options) => {
    refuseSearchers(options, "memory");
    const [collm] = searcherArms({ ...options, searchers: ["collm"] }, 100, []);
    const arms = [
      ["none", "no memory", false, false],
      ["navigator", "Navigator only", true, false],
      ["generator", "Generator only", false, true],
      ["both", "both", true, true],
    ] as const;
    return {
      arms: arms.map(([name, label, navigatorMemory, generatorMemory]) =>
        variant(collm as Arm, name, label, { navigatorMemory, generatorMemory }),
      ),
      baselines: ["navigator"],
    };
  },
};

const singleVsDualSuite: Suite = {
  name: "single-vs-dual",
  summary: "two collaborating roles against one that does both, with the initial population",
  intro:
    "The paper sees the largest gap in the initial population, so the first iteration is shown by itself.",
  seeds: 100,
  budget: 100,
  extras: ["first-iteration", "funnel", "llm-usage"],
  plan: (options) => {
    const arms = searcherArms(options, 100, existing("sillm", "collm"));
    return { arms, baselines: arms.slice(0, 1).map(({ name }) => name) };
  },
};

const budgetSuite: Suite = {
  name: "budget",
  summary: "accuracy at 25, 50, 100 and 200 evaluations, and the cost of evolution's accuracies",
  intro: "Accuracies at smaller budgets are read from the course of one search.",
  seeds: 100,
  budget: 200,
  extras: ["budgets", "llm-usage"],
  milestones: [25, 50, 100, 200],
  plan: (options) => {
    const arms = searcherArms(
      options,
      200,
      existing("random", "evolution", "ageing-evolution", "local-search", "sillm", "collm"),
    );
    return { arms, baselines: usualBaselines(arms).slice(-1) };
  },
};

const demoSuite: Suite = {
  name: "demo",
  summary: "searchers on the digits supernet, through the four services",
  intro: "Networks with inherited weights, measured on images by the evaluator.",
  seeds: 20,
  budget: 60,
  extras: ["funnel"],
  plan: (options) => {
    const arms = searcherArms(options, 60, existing("random", "evolution", "collm"), {
      candidates: 8,
      // The median of the digits supernet's space.
      maxMacs: 760_000,
    });
    return { arms, baselines: usualBaselines(arms) };
  },
};

const suites: readonly Suite[] = [
  nasBench201Suite,
  memorySuite,
  singleVsDualSuite,
  promptsSuite,
  llmsSuite,
  temperatureSuite,
  budgetSuite,
  demoSuite,
];

/** All suites, in the order of lists. */
export function listSuites(): readonly Suite[] {
  return suites;
}

/** The suite of that name. Throws CollmError invalid-argument for an unknown one. */
export function suiteOf(name: string): Suite {
  const suite = suites.find((candidate) => candidate.name === name);
  if (suite) return suite;
  const allowed = suites.map((candidate) => candidate.name).join(", ");
  throw new CollmError("invalid-argument", `SUITE: got "${name}", allowed are ${allowed}`);
}
