import { parseArgs } from "node:util";
import { CollmError } from "@collm/errors";
import { runCorruption } from "../../corruption/run-corruption.js";
import { readCount } from "../options.js";
import { say } from "../progress.js";
import type { Suite } from "../suite.js";
import { corruptionMarkdown } from "./report.js";

export const corruptionSuite: Suite = {
  name: "corruption",
  summary: "corrupted and hostile weight files: each a clear error in bounded time and memory",
  optionsHelp: [
    "  --cases N         files to generate (default: 2000)",
    "  --seed N          seed of the files (default: 0)",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        cases: { type: "string", default: "2000" },
        seed: { type: "string", default: "0" },
      },
    });
    const cases = readCount("cases", values.cases);
    const seed = readCount("seed", values.seed, 0);
    const onProgress = (done: number): void => {
      if (done % 200 === 0) say(`${done} of ${cases} files`);
    };
    const outcomes = await runCorruption({ seed, cases, onProgress });
    const markdown = corruptionMarkdown(seed, outcomes);
    const failed = outcomes.filter(({ result }) => result === "failed").length;
    if (failed === 0) return { markdown, files: {} };
    say(markdown);
    throw new CollmError("failed-precondition", `${failed} of ${cases} files were not handled`);
  },
};
