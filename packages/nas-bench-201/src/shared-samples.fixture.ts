import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

/** Samples of the official files and the reference API's answers, beside the repository. */
const root = fileURLToPath(new URL("../../../../shared", import.meta.url));

export const sharedSamples = `${root}/spec/nas-bench-201/samples`;
export const sharedCsv = `${root}/data/nb201.csv.gz`;

const isRequired = process.env.COLLM_REQUIRE_SHARED === "1";
const areThere = existsSync(sharedSamples) && existsSync(sharedCsv);

/** `describe` for tests on the samples: skipped where they are not there, unless COLLM_REQUIRE_SHARED=1. */
export function describeShared(name: string, tests: () => void): void {
  if (areThere || isRequired) describe(name, tests);
  else describe.skip(`${name} (skipped: no samples in ${root})`, tests);
}

/** What the reference API says of the samples. */
export interface ExpectedAnswers {
  readonly archs: Readonly<Record<string, ExpectedArchitecture>>;
}

type Answers = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface ExpectedArchitecture {
  readonly arch: string;
  /** By `data set|epochs`, as all that follow. */
  readonly seeds: Readonly<Record<string, readonly number[]>>;
  readonly more_info: Answers;
  readonly more_info_at_epoch: Answers;
  readonly cost_info: Answers;
  readonly per_seed: Readonly<Record<string, Answers>>;
}

export function expectedAnswers(name: string): ExpectedAnswers {
  return JSON.parse(readFileSync(`${sharedSamples}/${name}`, "utf8")) as ExpectedAnswers;
}
