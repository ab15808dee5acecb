import { fork } from "node:child_process";
import { resolve } from "node:path";
import { CollmError } from "@collm/errors";
import type { Command } from "commander";
import { entryOf, isServiceName, nodeArguments, serviceNames } from "../embedded/service-entry.js";
import { evaluationsDirectory, imageCacheDirectory } from "../home.js";

/**
 * Where services on one machine keep things if they are not told: what `collm search` uses, too.
 * An empty variable is unset.
 */
function serveDefaults(env: NodeJS.ProcessEnv): Record<string, string> {
  const isSet = (name: string): boolean => env[name] !== undefined && env[name] !== "";
  const defaults = {
    COLLM_EVALUATIONS_DIR: evaluationsDirectory(),
    COLLM_CACHE_DIR: imageCacheDirectory(),
    // A coordinator takes one kind of journals.
    ...(isSet("COLLM_RUN_DIR") ? {} : { COLLM_JOURNAL_DIR: resolve("runs") }),
  };
  return Object.fromEntries(Object.entries(defaults).filter(([name]) => !isSet(name)));
}

interface ServeFlags {
  readonly host?: string;
  readonly port?: string;
  readonly insecure?: boolean;
}

/** Adds `collm serve SERVICE` to the program: one service in the foreground, set up by environment. */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description(`run one service: ${serviceNames.join(", ")} (settings: COLLM_* variables)`)
    .argument("<service>", serviceNames.join("|"))
    .option("--host <address>", "address to listen on (COLLM_HOST)")
    .option("--port <n>", "gRPC port, 0 for any (COLLM_PORT)")
    .option(
      "--insecure",
      "allow plaintext on an address that is not loopback (COLLM_INSECURE=true)",
    )
    .action(async (name: string, flags: ServeFlags) => {
      if (!isServiceName(name)) {
        throw new CollmError(
          "invalid-argument",
          `service: got "${name}", allowed is ${serviceNames.join(", ")}`,
        );
      }
      const entry = entryOf(name);
      const child = fork(entry, [], {
        execArgv: nodeArguments(entry),
        stdio: "inherit",
        env: {
          ...process.env,
          ...serveDefaults(process.env),
          ...(flags.host === undefined ? {} : { COLLM_HOST: flags.host }),
          ...(flags.port === undefined ? {} : { COLLM_PORT: flags.port }),
          ...(flags.insecure ? { COLLM_INSECURE: "true" } : {}),
        },
      });
      // A terminal sends its signals to both; a supervisor only to us.
      process.on("SIGTERM", () => child.kill("SIGTERM"));
      process.on("SIGINT", () => {});
      process.exitCode = await new Promise<number>((end) => {
        child.once("exit", (code) => end(code ?? 1));
      });
    });
}
