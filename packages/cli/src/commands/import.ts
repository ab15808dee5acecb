import { basename } from "node:path";
import { CollmError } from "@collm/errors";
import { type ImportProgress, type ImportSummary, importNasBench201 } from "@collm/nas-bench-201";
import type { Command } from "commander";
import { collmCommand } from "../command-line.js";
import { type Output, processOutput } from "../output.js";
import { LiveLine, timeLeft } from "../progress/live-line.js";
import { stopSignal } from "../stop-signal.js";

interface ImportFlags {
  readonly output: string;
  readonly skipBad?: boolean;
  readonly threads?: string;
  readonly json?: boolean;
}

/** Adds `collm import nas-bench-201 PATH` to the program. */
export function addImportCommand(program: Command): void {
  const imports = program.command("import").description("bring benchmarks into files of our own");
  imports
    .command("nas-bench-201")
    .description("check NAS-Bench-201 as it is downloaded and write it as one compact table")
    .argument("<path>", "folder NATS-tss-v1_0-3ffb9-simple, single file, old .pth, or CSV file")
    .requiredOption("--output <file>", "the table (.safetensors)")
    .option("--skip-bad", "leave out records that are bad (default: name them, write no table)")
    .option("--threads <n>", "threads that read a folder (default: one for each core)")
    .option("--json", "print the summary as JSON")
    .action(async (path: string, flags: ImportFlags) => {
      await importFromFlags(path, flags, processOutput);
    });
}

async function importFromFlags(path: string, flags: ImportFlags, output: Output): Promise<void> {
  const threads = flags.threads === undefined ? undefined : parseThreads(flags.threads);
  const line = new LiveLine(output, Date.now);
  const notice = (text: string): void => {
    line.clear();
    output.say(text);
  };
  const startedAtMs = Date.now();
  const summary = await importNasBench201(path, flags.output, {
    skipBad: flags.skipBad === true,
    ...(threads === undefined ? {} : { threads }),
    signal: stopSignal({ notice, end: () => line.clear() }),
    onProgress: (progress) => line.show("importing", (seconds) => progressText(progress, seconds)),
    onBad: ({ message }) => notice(message),
  }).finally(() => line.clear());
  const seconds = (Date.now() - startedAtMs) / 1000;
  output.say(`imported in ${seconds.toFixed(1)} s`);
  if (flags.json) {
    output.print(JSON.stringify({ ...summary, seconds }, null, 2));
    return;
  }
  for (const text of summaryLines(summary)) output.print(text);
}

function parseThreads(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new CollmError(
    "invalid-argument",
    `--threads: got "${text}", allowed is a whole number from 1 to 999`,
  );
}

function progressText({ done, total, resumed, bad }: ImportProgress, seconds: number): string {
  const read = done - resumed;
  const of = total === undefined ? "" : ` of ${total}`;
  const left = total === undefined ? "" : timeLeft(seconds, read, total - done);
  const earlier = resumed > 0 ? `, ${resumed} from before` : "";
  return `${done}${of} architectures${earlier}${bad > 0 ? `, ${bad} bad` : ""}${left}`;
}

function summaryLines(summary: ImportSummary): string[] {
  const { path, source, architectures, missing, resumed, skipped, columns, results } = summary;
  const lines = [
    `${path}: ${architectures} architectures from a ${source}, ${columns.length} columns`,
  ];
  if (missing > 0) lines.push(`${missing} architectures of the benchmark are missing`);
  if (resumed > 0) lines.push(`${resumed} were read by an import before`);
  if (skipped.length > 0) lines.push(`${skipped.length} bad records were left out`);
  lines.push(
    "",
    "best mean accuracy in percent      validation    test    test of the best in validation",
  );
  for (const { dataSet, epochs, bestValidation, bestTest, testOfBestValidation } of results) {
    const name = `  ${dataSet}, ${epochs} epochs`.padEnd(35);
    const numbers = [bestValidation, bestTest, testOfBestValidation].map((value) =>
      value === null ? "-" : value.toFixed(2),
    );
    const [validation = "", test = "", both = ""] = numbers;
    lines.push(`${name}${validation.padStart(10)}${test.padStart(8)}    ${both}`);
  }
  const [first] = results;
  if (!first) return lines;
  const { epochs } = results.find((result) => result.epochs === 200) ?? first;
  return [
    ...lines,
    "",
    "next: a manifest such as nas-bench-201.yaml beside the table",
    "  family: table",
    `  table: ${basename(path)}`,
    `  dataSet: ${first.dataSet}      # ${[...new Set(results.map(({ dataSet }) => dataSet))].join(", ")}`,
    `  epochs: ${epochs}          # ${[...new Set(results.map((result) => result.epochs))].join(" or ")}`,
    "  charge: training     # what a search pays: training, or evaluation alone",
    `and then  ${collmCommand} search --supernet nas-bench-201.yaml`,
  ];
}
