import { parseArgs } from "node:util";
import { CollmError } from "@collm/errors";
import { runDamagedRecords } from "../../damaged-records/run-damaged-records.js";
import { readCount } from "../options.js";
import { say } from "../progress.js";
import type { Suite } from "../suite.js";
import { damagedRecordsMarkdown } from "./report.js";

export const damagedRecordsSuite: Suite = {
  name: "damaged-records",
  summary: "damaged and hostile NAS-Bench-201 records: each a clear error in bounded time",
  optionsHelp: [
    "  --cases N         records to damage (default: 1000)",
    "  --seed N          seed of the damage (default: 0)",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        cases: { type: "string", default: "1000" },
        seed: { type: "string", default: "0" },
      },
    });
    const cases = readCount("cases", values.cases);
    const seed = readCount("seed", values.seed, 0);
    const onProgress = (done: number): void => {
      if (done % 100 === 0) say(`${done} of ${cases} records`);
    };
    const outcomes = await runDamagedRecords({ seed, cases, onProgress });
    const markdown = damagedRecordsMarkdown(seed, outcomes);
    const failed = outcomes.filter(({ result }) => result === "failed").length;
    if (failed === 0) return { markdown, files: {} };
    say(markdown);
    throw new CollmError("failed-precondition", `${failed} of ${cases} records were not handled`);
  },
};
