import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseServiceMessage, type ServiceMessage } from "@collm/rpc";

/** The service in a process of its own, compiled. */
export interface EvaluatorProcess {
  readonly child: ChildProcess;
  /** What it said first: that it is ready, or why not. */
  readonly message: ServiceMessage | undefined;
  readonly exited: Promise<readonly [code: number | null, signal: string | null]>;
  /** Its standard error so far. */
  errors(): string;
}

/** Whoever starts one ends it. */
export async function startEvaluatorProcess(
  env: Readonly<Record<string, string>>,
): Promise<EvaluatorProcess> {
  const child = fork(fileURLToPath(new URL("../dist/main.js", import.meta.url)), {
    execArgv: [],
    env: { ...process.env, COLLM_WORKERS: "1", COLLM_LOG_LEVEL: "error", ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (bytes) => {
    errors += String(bytes);
  });
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  const [message] = await once(child, "message");
  return { child, message: parseServiceMessage(message), exited, errors: () => errors };
}
