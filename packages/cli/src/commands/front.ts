import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { CollmError } from "@collm/errors";
import type { CostKind } from "@collm/search-space";
import { type Command, Option } from "commander";
import { writeFront } from "../limits/front-files.js";
import { processOutput } from "../output.js";
import { RunDirectory } from "../run-directory.js";

const costs = {
  flops: "officialFlops",
  macs: "macs",
  params: "paramsCount",
} as const satisfies Record<string, CostKind>;

interface FrontFlags {
  readonly out: string;
  readonly cost?: keyof typeof costs;
  readonly json?: boolean;
}

/** Adds `collm front RUN...` to the program. */
export function addFrontCommand(program: Command): void {
  program
    .command("front")
    .description("draw one Pareto front of several searches of a supernet")
    .argument("<run...>", "run directories, or folders of them")
    .option("--out <dir>", "where front.json and front.html are written", ".")
    .addOption(
      new Option(
        "--cost <kind>",
        "what accuracy is shown against (default: what is limited)",
      ).choices(Object.keys(costs)),
    )
    .option("--json", "print front.json to standard output")
    .action(async (paths: string[], { out, cost, json: isJson }: FrontFlags) => {
      if (out === "") {
        throw new CollmError("invalid-argument", '--out: got "", allowed is a directory');
      }
      const runs = (await Promise.all(paths.map(runsIn))).flat();
      const { pagePath, json } = await writeFront(out, runs, cost && costs[cost]);
      if (isJson) processOutput.print(json.trimEnd());
      else processOutput.print(relative(".", pagePath));
    });
}

/** The run directory, or those in the folder. */
async function runsIn(path: string): Promise<readonly RunDirectory[]> {
  const own = new RunDirectory(path);
  if (await isRun(own)) return [own];
  const names = await readdir(path).catch(() => []);
  const inside = names.sort().map((name) => new RunDirectory(join(path, name)));
  const found = await Promise.all(inside.map(async (run) => ((await isRun(run)) ? [run] : [])));
  if (found.flat().length > 0) return found.flat();
  throw new CollmError(
    "not-found",
    `run: got ${path}, allowed is a run directory (it holds config.yaml) or a folder of them`,
  );
}

async function isRun(run: RunDirectory): Promise<boolean> {
  return await run.launch().then(
    () => true,
    () => false,
  );
}
