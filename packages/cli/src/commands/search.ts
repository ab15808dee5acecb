import { searcherNames } from "@collm/search";
import type { Command } from "commander";
import { searchLimits } from "../limits/search-limits.js";
import { splitLimits } from "../limits/split-limits.js";
import { llmFlagWords } from "../llm-spec.js";
import { processOutput } from "../output.js";
import type { SearchFlags } from "./search-flags.js";
import { searchFromFlags } from "./search-one.js";

/** Adds `collm search` to the program. */
export function addSearchCommand(program: Command): void {
  program
    .command("search")
    .description("search a supernet, with the four services on this machine")
    .option("--config <file>", "search configuration (YAML)")
    .option("--supernet <manifest>", "manifest of the supernet")
    .option(
      "--coordinator <host:port>",
      "send the search there, of several (a:1,b:2) to any; --supernet is NAME or NAME@DIGEST",
    )
    .option("--out <dir>", "run directory (default runs/<supernet>-<time>)")
    .option("--seed <n>", "seed of everything random (default 0)")
    .option("--searcher <name>", `${searcherNames.join(", ")} (default collm)`)
    .option(
      "--preset <name>",
      "default; collm, sillm and evolution also paper; evolution also spos or autoformer, the searches published with those supernets",
    )
    .option(
      "--max-flops <count>",
      "limit on the family's official FLOPs, e.g. 330M; 200M,300M,400M is a search each",
    )
    .option("--max-macs <count>", "limit on multiply-accumulates, e.g. 1.2M; or several")
    .option("--max-params <count>", "limit on parameters, e.g. 23M; or several")
    .option("--min-params <count>", "where --preset autoformer starts looking (default 18M)")
    .option("--target <percent>", "stop at this validation top-1")
    .option("--budget <n>", "evaluations that may be spent (default 250, spos and autoformer 1050)")
    .option("--iterations <n>", "iterations of strategy and candidates (collm, sillm, opro: 20)")
    .option(
      "--candidates <n>",
      "candidates per iteration (default 15; ageing-evolution and local-search 4, reinforce 1; spos and autoformer 50)",
    )
    .option("--max-llm-tokens <count>", "tokens that language models may use, e.g. 500k")
    .option("--max-llm-cost <money>", "what language models may cost, by the prices of the roles")
    .option("--staleness <n>", "rounds that may be under way when the next is proposed (default 0)")
    .option(
      "--result-share <share>",
      "share of a round that must be in before the next is proposed (default 0.5)",
    )
    .option("--sub-batches <n>", "calls of the Generator that share a round (default 1)")
    .option("--navigator-memory <on|off>", "whether the Navigator sees earlier iterations")
    .option("--generator-memory <on|off>", "whether the Generator sees earlier iterations")
    .option("--prompts <set>", "prompt set of both roles (default default)")
    .option("--llm <spec>", llmFlagWords, (spec: string, earlier: string[] = []) => [
      ...earlier,
      spec,
    ])
    .option(
      "--repair <off|legal|limits>",
      "evaluate the nearest architecture in place of an illegal one, or also of one over a limit (default off)",
    )
    .option("--record <dir>", "record every conversation with a language model, without keys")
    .option("--permute-operators <seed>", "give operators of a cell space letters in prompts")
    .option("--isomorphs <keep|merge>", "whether isomorphic cells count as one (default keep)")
    .option(
      "--real-time <share>",
      "share of a table's time that evaluations really take (default 0)",
    )
    .option("--no-test", "leave the test split sealed")
    .option("--json", "print result.json to standard output")
    .action(async (flags: SearchFlags) => {
      const limits = splitLimits(flags);
      const isComplete = limits
        ? await searchLimits(limits, flags, processOutput)
        : (await searchFromFlags(flags, processOutput)).isComplete;
      process.exitCode = isComplete ? 0 : 1;
    });
}
