import { CollmError } from "@collm/errors";
import type { Command } from "commander";
import { fetchFile } from "../fetch/fetch-file.js";
import { readFetchList } from "../fetch/fetch-list.js";
import { processOutput } from "../output.js";
import { whileStoppable } from "../stop-signal.js";

/** Adds `collm fetch LIST --to DIR` to the program. */
export function addFetchCommand(program: Command): void {
  program
    .command("fetch")
    .description("fetch supernets and images from object storage, checked by digest")
    .argument("<list>", "YAML list of { url, sha256, path }")
    .requiredOption("--to <dir>", "folder that the paths are relative to")
    .option("--attempts <n>", "attempts in a row that bring nothing before it gives up", "8")
    .action(async (list: string, flags: { to: string; attempts: string }) => {
      const attempts = parseAttempts(flags.attempts);
      const files = await readFetchList(list);
      const say = (line: string): void => processOutput.say(line);
      await whileStoppable({ notice: say, end: () => undefined }, async (signal) => {
        for (const file of files) {
          const startedAtMs = performance.now();
          const outcome = await fetchFile(file, flags.to, { signal, attempts, onProblem: say });
          const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
          say(`${file.path}: ${outcome === "present" ? "is there" : `fetched in ${seconds} s`}`);
        }
      });
    });
}

function parseAttempts(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new CollmError(
    "invalid-argument",
    `--attempts: got "${text}", allowed is a whole number from 1 to 9999`,
  );
}
