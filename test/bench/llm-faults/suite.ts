import { parseArgs } from "node:util";
import { CollmError } from "@collm/errors";
import { runLlmFaults } from "../../llm-faults/run-llm-faults.js";
import { readCount, readShare } from "../options.js";
import { say } from "../progress.js";
import type { Suite } from "../suite.js";
import { llmFaultsMarkdown } from "./report.js";

export const llmFaultsSuite: Suite = {
  name: "llm-faults",
  summary: "searches whose language models fail at random: all end, add up and replay",
  optionsHelp: [
    "  --searches N      (default: 20)",
    "  --rate SHARE      of calls that fail, 0 to 1 (default: 0.3)",
    "  --seed N          of the first search (default: 1); the others follow",
    "  --budget N        evaluations of each search, six to a round (default: 60)",
    "  --jobs N          searches at the same time (default: 4)",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        searches: { type: "string", default: "20" },
        rate: { type: "string", default: "0.3" },
        seed: { type: "string", default: "1" },
        budget: { type: "string", default: "60" },
        jobs: { type: "string", default: "4" },
      },
    });
    const searches = readCount("searches", values.searches);
    const rate = readShare("rate", values.rate);
    const seed = readCount("seed", values.seed, 0);
    const outcomes = await runLlmFaults({
      searches,
      rate,
      seed,
      budget: readCount("budget", values.budget),
      jobs: readCount("jobs", values.jobs),
      onProgress: (done) => say(`${done} of ${searches} searches`),
    });
    const markdown = llmFaultsMarkdown({ rate, seed }, outcomes);
    const failed = outcomes.filter(({ problems }) => problems.length > 0).length;
    if (failed === 0) return { markdown, files: {} };
    say(markdown);
    throw new CollmError("failed-precondition", `${failed} of ${searches} searches went wrong`);
  },
};
