import { Command } from "commander";
import { addBenchCommand } from "./commands/bench.js";
import { addCertsCommand } from "./commands/certs.js";
import { addDoctorCommand } from "./commands/doctor.js";
import { addEvaluationsCommand } from "./commands/evaluations.js";
import { addFetchCommand } from "./commands/fetch.js";
import { addForkCommand } from "./commands/fork.js";
import { addFrontCommand } from "./commands/front.js";
import { addImagesCommand } from "./commands/images.js";
import { addImportCommand } from "./commands/import.js";
import { addJournalsCommand } from "./commands/journals.js";
import { addLlmCommand } from "./commands/llm.js";
import { addQuickstartCommand } from "./commands/quickstart.js";
import { addRankCommand } from "./commands/rank.js";
import { addReplayCommand } from "./commands/replay.js";
import { addReportCommand } from "./commands/report.js";
import { addResumeCommand } from "./commands/resume.js";
import { addRunsCommand } from "./commands/runs.js";
import { addSearchCommand } from "./commands/search.js";
import { addServeCommand } from "./commands/serve.js";
import { addSubnetCommand } from "./commands/subnet.js";
import { addSupernetCommand } from "./commands/supernet.js";
import { addUpCommand } from "./commands/up.js";
import { addWatchCommand } from "./commands/watch.js";

/** The `collm` command with all its subcommands. */
export function createProgram(): Command {
  const program = new Command("collm")
    .description("second-stage neural architecture search with two collaborating language models")
    .version("0.1.0")
    .exitOverride()
    .showHelpAfterError("(collm --help lists what there is)");
  addSearchCommand(program);
  addResumeCommand(program);
  addWatchCommand(program);
  addRunsCommand(program);
  addReplayCommand(program);
  addForkCommand(program);
  addReportCommand(program);
  addFrontCommand(program);
  addQuickstartCommand(program);
  addRankCommand(program);
  addUpCommand(program);
  addServeCommand(program);
  addCertsCommand(program);
  addEvaluationsCommand(program);
  addJournalsCommand(program);
  addSupernetCommand(program);
  addSubnetCommand(program);
  addImagesCommand(program);
  addFetchCommand(program);
  addLlmCommand(program);
  addBenchCommand(program);
  addImportCommand(program);
  addDoctorCommand(program);
  return program;
}
