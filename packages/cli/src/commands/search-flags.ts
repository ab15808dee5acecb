import type { SettingsSource } from "@collm/config";
import { CollmError, fieldName } from "@collm/errors";
import { parseLlmSpec } from "../llm-spec.js";

/** Flags as commander gives them: text, or undefined where not said. */
export interface SearchFlags {
  readonly config?: string;
  readonly supernet?: string;
  readonly coordinator?: string;
  readonly out?: string;
  readonly seed?: string;
  readonly searcher?: string;
  readonly preset?: string;
  readonly maxFlops?: string;
  readonly maxMacs?: string;
  readonly maxParams?: string;
  readonly minParams?: string;
  readonly target?: string;
  readonly budget?: string;
  readonly iterations?: string;
  readonly candidates?: string;
  readonly maxLlmTokens?: string;
  readonly maxLlmCost?: string;
  readonly staleness?: string;
  readonly resultShare?: string;
  readonly subBatches?: string;
  readonly navigatorMemory?: string;
  readonly generatorMemory?: string;
  readonly prompts?: string;
  readonly permuteOperators?: string;
  readonly repair?: string;
  readonly isomorphs?: string;
  readonly realTime?: string;
  readonly llm?: readonly string[];
  readonly record?: string;
  readonly test: boolean;
  readonly json?: boolean;
}

/** Flags of keys in the configuration file; `--llm` says both roles. */
const flagOfField: Readonly<Record<string, keyof SearchFlags>> = {
  supernet: "supernet",
  seed: "seed",
  searcher: "searcher",
  preset: "preset",
  maxFlops: "maxFlops",
  maxMacs: "maxMacs",
  maxParams: "maxParams",
  "evolution.minParams": "minParams",
  target: "target",
  budget: "budget",
  iterations: "iterations",
  candidatesPerIteration: "candidates",
  maxLlmTokens: "maxLlmTokens",
  maxLlmCost: "maxLlmCost",
  staleness: "staleness",
  resultShare: "resultShare",
  subBatches: "subBatches",
  navigatorMemory: "navigatorMemory",
  generatorMemory: "generatorMemory",
  prompts: "prompts",
  permuteOperators: "permuteOperators",
  repair: "repair",
  isomorphs: "isomorphs",
  "evaluator.realTime": "realTime",
  "navigator.recordDir": "record",
  "generator.recordDir": "record",
};

/** What the flags say, with problems named as the user typed them. */
export function flagsSource(flags: SearchFlags): SettingsSource {
  return { values: fromFlags(flags), nameOf: (path) => flagName(fieldName(path)) };
}

/** How a message about a value begins: flag and text as typed if it came from a flag. */
export function saidValue(flags: SearchFlags, field: string, value: number | string): string {
  const flag = flagOfField[field];
  const typed = flag && flags[flag];
  return typed === undefined ? `${field}: got ${value}` : `${flagName(field)}: got ${typed}`;
}

function flagName(field: string): string {
  const flag = flagOfField[field];
  if (flag === undefined) return `--llm: ${field}`;
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Flags in the shape of the configuration file; numbers stay text where that is no number. */
function fromFlags(flags: SearchFlags): Record<string, unknown> {
  const number = (text: string | undefined): unknown =>
    text === undefined || text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
  const values = {
    supernet: flags.supernet,
    seed: number(flags.seed),
    searcher: flags.searcher,
    preset: flags.preset,
    maxFlops: flags.maxFlops,
    maxMacs: flags.maxMacs,
    maxParams: flags.maxParams,
    evolution: flags.minParams === undefined ? undefined : { minParams: flags.minParams },
    target: number(flags.target),
    budget: number(flags.budget),
    iterations: number(flags.iterations),
    candidatesPerIteration: number(flags.candidates),
    maxLlmTokens: flags.maxLlmTokens,
    maxLlmCost: number(flags.maxLlmCost),
    staleness: number(flags.staleness),
    resultShare: number(flags.resultShare),
    subBatches: number(flags.subBatches),
    navigatorMemory: onOff("--navigator-memory", flags.navigatorMemory),
    generatorMemory: onOff("--generator-memory", flags.generatorMemory),
    prompts: flags.prompts,
    permuteOperators: number(flags.permuteOperators),
    repair: flags.repair,
    isomorphs: flags.isomorphs,
    evaluator: flags.realTime === undefined ? undefined : { realTime: number(flags.realTime) },
    ...rolesOf(flags),
  };
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** What `--llm` and `--record` say about the roles; the second is for both. */
function rolesOf({ llm = [], record }: SearchFlags): Record<string, unknown> {
  const { navigator, generator } = parseLlmSpec(llm);
  if (record === undefined) return { navigator, generator };
  if (record === "") {
    throw new CollmError("invalid-argument", '--record: got "", allowed is a directory');
  }
  const recorded = { recordDir: record };
  return { navigator: { ...navigator, ...recorded }, generator: { ...generator, ...recorded } };
}

/** The file's word for it is true or false, so the schema cannot name what a flag allows. */
function onOff(flag: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text === "on" || text === "off") return text === "on";
  throw new CollmError("invalid-argument", `${flag}: got "${text}", allowed is on or off`);
}
