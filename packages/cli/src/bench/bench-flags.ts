import { availableParallelism } from "node:os";
import type { Players, Suite, SuiteOptions } from "@collm/bench";
import { parseQuantity } from "@collm/config";
import { CollmError } from "@collm/errors";
import { parseLlmSpec } from "../llm-spec.js";

/** Flags as commander gives them: text, or undefined where not said. */
export interface BenchFlags {
  readonly table?: string;
  readonly charge?: string;
  readonly dataSets?: string;
  readonly supernet?: readonly string[];
  readonly seeds?: string;
  readonly budget?: string;
  readonly candidates?: string;
  readonly maxMacs?: string;
  readonly searchers?: string;
  readonly baseline?: string;
  readonly llm?: readonly string[];
  readonly temperatures?: string;
  readonly prompts?: string;
  readonly out?: string;
  readonly jobs?: string;
  readonly json?: boolean;
}

/** Flags that one suite alone has a use for. */
const flagsOfSuite = { temperatures: "temperature", prompts: "prompts" } as const;

/**
 * What the flags say about the suite's arms.
 *
 * @param promptSets those that exist.
 */
export function suiteOptions(
  suite: Suite,
  flags: BenchFlags,
  promptSets: readonly string[],
): SuiteOptions {
  const { budget, candidates, maxMacs, searchers, temperatures, prompts } = flags;
  for (const [flag, name] of Object.entries(flagsOfSuite)) {
    const text = flags[flag as keyof typeof flagsOfSuite];
    if (text === undefined || suite.name === name) continue;
    throw new CollmError(
      "invalid-argument",
      `--${flag}: got "${text}", allowed is only in the suite ${name}, not in ${suite.name}`,
    );
  }
  return {
    ...(budget === undefined ? {} : { budget: readCount("--budget", budget) }),
    ...(candidates === undefined ? {} : { candidates: readCount("--candidates", candidates, 256) }),
    ...(maxMacs === undefined ? {} : { maxMacs: readQuantity("--max-macs", maxMacs) }),
    ...(searchers === undefined ? {} : { searchers: readList("--searchers", searchers) }),
    ...(temperatures === undefined ? {} : { temperatures: readTemperatures(temperatures) }),
    prompts: prompts === undefined ? promptSets : readNames("--prompts", prompts, promptSets),
    players: readPlayers(suite, flags.llm ?? []),
  };
}

/** Searches at the same time; default one for each core. */
export function readJobs({ jobs }: BenchFlags): number {
  return jobs === undefined ? availableParallelism() : readCount("--jobs", jobs, 256);
}

/** Reads a whole number from 1 on. Throws CollmError invalid-argument that names the flag. */
export function readCount(flag: string, text: string, most = 1_000_000): number {
  if (/^\s*[1-9]\d{0,8}\s*$/.test(text) && Number(text) <= most) return Number(text);
  throw new CollmError(
    "invalid-argument",
    `${flag}: got "${text}", allowed is a whole number from 1 to ${most}`,
  );
}

/** Reads `a,b`; entries may not be empty or twice. */
export function readList(flag: string, text: string): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  const wrong = entries.find((entry, i) => entry === "" || entries.indexOf(entry) !== i);
  if (wrong === undefined) return entries;
  throw new CollmError(
    "invalid-argument",
    `${flag}: got "${text}", allowed are different names, separated by commas`,
  );
}

/** Reads a list of names, each of them one of `allowed`. */
export function readNames<Name extends string>(
  flag: string,
  text: string,
  allowed: readonly Name[],
): readonly Name[] {
  return readList(flag, text).map((entry) => {
    const name = allowed.find((candidate) => candidate === entry);
    if (name !== undefined) return name;
    throw new CollmError(
      "invalid-argument",
      `${flag}: got "${entry}", allowed are ${allowed.join(", ")}, separated by commas`,
    );
  });
}

function readTemperatures(text: string): readonly number[] {
  return readList("--temperatures", text).map((entry) => {
    const value = Number(entry);
    if (value >= 0 && value <= 2) return value;
    throw new CollmError(
      "invalid-argument",
      `--temperatures: got "${entry}", allowed are numbers from 0 to 2, separated by commas`,
    );
  });
}

function readQuantity(flag: string, text: string): number {
  const value = parseQuantity(text);
  if (value !== undefined) return value;
  throw new CollmError(
    "invalid-argument",
    `${flag}: got "${text}", allowed is a positive count such as 330M, 1.2M or 900000`,
  );
}

/**
 * Who plays the roles: in the suite `llms` every `--llm` is a language model of its own, elsewhere
 * they are the roles of one search, as in `collm search`.
 */
function readPlayers({ name }: Suite, specs: readonly string[]): readonly Players[] {
  if (specs.length === 0) return [];
  const groups = name === "llms" ? specs.map((spec) => [spec]) : [specs];
  return groups.map((group) => {
    const heuristic = { backend: "heuristic" } as const;
    const { navigator = heuristic, generator = heuristic } = parseLlmSpec(group);
    return { navigator, generator };
  });
}
