import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CollmError } from "@collm/errors";
import { answersSuite } from "./answers/suite.js";
import { corruptionSuite } from "./corruption/suite.js";
import { damagedRecordsSuite } from "./damaged-records/suite.js";
import { faultsSuite } from "./faults/suite.js";
import { journalSuite } from "./journal/suite.js";
import { landscapeSuite } from "./landscape/suite.js";
import { llmFaultsSuite } from "./llm-faults/suite.js";
import { say } from "./progress.js";
import { scalingSuite } from "./scaling/suite.js";
import type { Suite } from "./suite.js";
import { throughputSuite } from "./throughput/suite.js";

const suites: readonly Suite[] = [
  throughputSuite,
  landscapeSuite,
  corruptionSuite,
  damagedRecordsSuite,
  answersSuite,
  journalSuite,
  faultsSuite,
  scalingSuite,
  llmFaultsSuite,
];

const overview = [
  "usage: pnpm --silent bench SUITE [options]      (SUITE --help lists a suite's options)",
  "",
  ...suites.map(({ name, summary }) => `  ${name.padEnd(17)}${summary}`),
  "",
  "Reports are Markdown on standard output; --out DIR writes them to files too.",
].join("\n");

/** Exit codes as of the command line: 0 done, 2 bad usage, 1 anything else. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const suite = suites.find((candidate) => candidate.name === name);
  if (!suite) {
    say(overview);
    return name === "--help" || name === "-h" ? 0 : 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    say(helpOf(suite));
    return 0;
  }
  const { out, others } = takeOut(rest, suite.defaultOut);
  const { markdown, files } = await suite.run(others, out);
  process.stdout.write(`${markdown}\n`);
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    for (const [file, text] of Object.entries({
      [`${suite.name}.md`]: `${markdown}\n`,
      ...files,
    })) {
      await writeFile(join(out, file), text);
    }
    say(`written to ${out}`);
  }
  return 0;
}

function helpOf({ name, summary, optionsHelp, defaultOut }: Suite): string {
  const files = defaultOut === undefined ? "none" : defaultOut;
  return [
    `usage: pnpm --silent bench ${name} [options]`,
    "",
    summary,
    "",
    optionsHelp,
    `  --out DIR         folder for ${name}.md and data files (default: ${files})`,
  ].join("\n");
}

/** `--out` is common to all suites, so it is taken off before a suite reads its own options. */
function takeOut(
  args: readonly string[],
  fallback: string | undefined,
): { readonly out: string | undefined; readonly others: readonly string[] } {
  const at = args.findIndex((arg) => arg === "--out" || arg.startsWith("--out="));
  const flag = args[at];
  if (flag === undefined) return { out: fallback && resolve(fallback), others: args };
  const isJoined = flag.startsWith("--out=");
  const value = isJoined ? flag.slice("--out=".length) : args[at + 1];
  if (!value) throw new CollmError("invalid-argument", "--out: got nothing, allowed is a folder");
  return { out: resolve(value), others: args.toSpliced(at, isJoined ? 1 : 2) };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // parseArgs explains an unknown option in one sentence.
  const isUsage = error instanceof TypeError && "code" in error;
  const folded = CollmError.from(error);
  say(`bench: ${isUsage ? error.message : folded.message}`);
  if (!isUsage && folded.code === "internal") say((error as Error).stack ?? "");
  process.exitCode = isUsage || folded.code === "invalid-argument" ? 2 : 1;
}
