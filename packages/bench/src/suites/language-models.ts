import { CollmError } from "@collm/errors";
import { type Arm, armOf, heuristicPlayers, type Players, playersInWords } from "./arm.js";
import { refuseSearchers, type Suite, type SuiteOptions } from "./suite.js";

/** Suites whose arms differ in who plays the roles and how; the searcher is always CoLLM-NAS. */

const seeds = 10;
const budget = 100;

/** The paper's grid. */
const paperTemperatures = [0, 0.2, 0.4, 0.6, 0.8, 1] as const;

export const promptsSuite: Suite = {
  name: "prompts",
  summary: "prompt sets against each other, the paper's prompt rewrites",
  intro: "The same language model with different prompt sets.",
  seeds,
  budget,
  extras: ["funnel", "llm-usage"],
  plan: (options) => {
    refuseSearchers(options, "prompts");
    const players = modelOf(options, "prompts");
    const sets = options.prompts ?? [];
    if (sets.length < 2) {
      throw new CollmError(
        "invalid-argument",
        `--prompts: got ${sets.join(", ") || "nothing"}, allowed are two prompt sets or more, separated by commas`,
      );
    }
    const arms = sets.map((prompts) =>
      collm(options, slug(prompts), `prompts ${prompts}`, { ...players, prompts }),
    );
    return { arms: unique(arms, "--prompts"), baselines: [(arms[0] as Arm).name] };
  },
};

export const llmsSuite: Suite = {
  name: "llms",
  summary: "language models against each other",
  intro: "The same prompts with different language models.",
  seeds,
  budget,
  extras: ["funnel", "llm-usage"],
  plan: (options) => {
    refuseSearchers(options, "llms");
    if (options.players.length === 0) {
      throw new CollmError(
        "invalid-argument",
        "--llm: got nothing, allowed is openai:MODEL@BASE_URL or heuristic, once for each language model",
      );
    }
    const arms = options.players.map((players) =>
      collm(options, slug(playersInWords(players)), playersInWords(players), players),
    );
    return { arms: unique(arms, "--llm"), baselines: [(arms[0] as Arm).name] };
  },
};

export const temperatureSuite: Suite = {
  name: "temperature",
  summary: "the grid of both roles' temperatures",
  intro: "Every temperature of the Navigator with every temperature of the Generator.",
  seeds,
  budget,
  extras: ["temperature-grid", "llm-usage"],
  plan: (options) => {
    refuseSearchers(options, "temperature");
    const { navigator, generator } = modelOf(options, "temperature");
    const temperatures = options.temperatures ?? paperTemperatures;
    const arms = temperatures.flatMap((ofNavigator) =>
      temperatures.map((ofGenerator) =>
        collm(options, slug(`n${ofNavigator}-g${ofGenerator}`), `${ofNavigator} / ${ofGenerator}`, {
          navigator: { ...navigator, temperature: ofNavigator },
          generator: { ...generator, temperature: ofGenerator },
        }),
      ),
    );
    return { arms: unique(arms, "--temperatures"), baselines: [(arms[0] as Arm).name] };
  },
};

function collm(options: SuiteOptions, name: string, label: string, players: Players): Arm {
  const common = {
    budget: options.budget ?? budget,
    ...(options.candidates === undefined ? {} : { candidates: options.candidates }),
    limits: options.maxMacs === undefined ? {} : { maxMacs: options.maxMacs },
  };
  return { ...armOf("collm", common, players), name, label };
}

/** The one language model of a suite; the heuristic has neither prompts nor a temperature. */
function modelOf({ players }: SuiteOptions, suite: string): Players {
  const [first = heuristicPlayers, ...others] = players;
  const isModel =
    first.navigator.backend !== "heuristic" || first.generator.backend !== "heuristic";
  if (isModel && others.length === 0) return first;
  const got = others.length > 0 ? "several" : "heuristic";
  throw new CollmError(
    "invalid-argument",
    `--llm: got ${got}, allowed for the suite ${suite} is one language model, openai:MODEL@BASE_URL`,
  );
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

function unique(arms: readonly Arm[], flag: string): readonly Arm[] {
  const names = arms.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return arms;
  throw new CollmError("invalid-argument", `${flag}: got ${twice} twice, allowed is once`);
}
