import { parseArgs } from "node:util";
import { CollmError } from "@collm/errors";
import { isWrong, runAnswers } from "../../answers/run-answers.js";
import { PeakMemory } from "../../corruption/peak-memory.js";
import { readCount } from "../options.js";
import { say } from "../progress.js";
import type { Suite } from "../suite.js";
import { answersMarkdown } from "./report.js";

export const answersSuite: Suite = {
  name: "answers",
  summary: "answers of language models: all that is whole and legal is found, nothing else",
  optionsHelp: [
    "  --count N         answers to read, half of them damaged (default: 20000)",
    "  --seed N          seed of the answers (default: 0)",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        count: { type: "string", default: "20000" },
        seed: { type: "string", default: "0" },
      },
    });
    const count = readCount("count", values.count, 2);
    const seed = readCount("seed", values.seed, 0);
    const memory = PeakMemory.start();
    const outcome = runAnswers({
      seed,
      count,
      onProgress: (done) => say(`${done} of ${count} answers`),
    });
    const markdown = answersMarkdown(seed, outcome, memory.growthMiB());
    const wrong = outcome.known.filter(isWrong);
    const thrown = outcome.damaged.filter((damaged) => damaged.thrown !== undefined);
    if (wrong.length + thrown.length === 0) return { markdown, files: {} };
    say(markdown);
    for (const { number, answer, missed, invented } of wrong.slice(0, 5)) {
      say(`answer ${number}: ${JSON.stringify({ missed, invented, ...answer }, null, 2)}`);
    }
    throw new CollmError(
      "failed-precondition",
      `${wrong.length} answers were read wrong, ${thrown.length} made the parser throw`,
    );
  },
};
