import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CollmError } from "@collm/errors";
import { drawSequence, namedFaults } from "../../fault/fault-plan.js";
import { readCount } from "../options.js";
import { say } from "../progress.js";
import type { Suite } from "../suite.js";
import { faultsCsv, faultsMarkdown } from "./report.js";
import { runFaults } from "./run-faults.js";

/** Seeds of the named faults, one after the other, beyond those of sequences. */
const namedSeed = 2_000_000;

export const faultsSuite: Suite = {
  name: "faults",
  summary: "searches on NATS that are disturbed at random: nothing lost, nothing decided otherwise",
  optionsHelp: [
    "  --seeds N         sequences of two to four disturbances (default: 20)",
    "  --from N          first seed (default: 1); --from 17 --seeds 1 repeats one",
    "  --jobs N          clusters at the same time (default: 1)",
    "  --named           the named faults too, NATS unreachable for 30 s among them",
    "  --keep DIR        journal, plan and logs of what failed (default: runs/faults)",
    "",
    "  Final run, some 30 minutes on two idle cores:",
    "      pnpm --silent bench faults --seeds 200 --named --jobs 2",
  ].join("\n"),
  run: async (args) => {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: "string", default: "20" },
        from: { type: "string", default: "1" },
        jobs: { type: "string", default: "1" },
        named: { type: "boolean", default: false },
        keep: { type: "string", default: "runs/faults" },
      },
    });
    const count = readCount("seeds", values.seeds, 0);
    const from = readCount("from", values.from, 0);
    const jobs = readCount("jobs", values.jobs);
    const sequences = Array.from({ length: count }, (_, i) => from + i).map((seed) => ({
      name: `seed ${seed}`,
      seed,
      plan: drawSequence(seed),
    }));
    const named = values.named
      ? namedFaults.map((fault, i) => ({
          name: fault.disturbance.name,
          seed: namedSeed + i,
          plan: [fault],
        }))
      : [];
    const runs = await runFaults([...named, ...sequences], jobs, resolve(values.keep));
    const markdown = faultsMarkdown(runs);
    const failed = runs.filter(({ problems }) => problems.length > 0).length;
    if (failed === 0) return { markdown, files: { "faults.csv": faultsCsv(runs) } };
    say(markdown);
    throw new CollmError("failed-precondition", `${failed} of ${runs.length} searches went wrong`);
  },
};
