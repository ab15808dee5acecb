import type { ChildProcess } from "node:child_process";
import { TestNatsServer } from "@collm/events/testing";
import type { Collm, Workspace } from "./collm.js";
import { isService, processesIn } from "./processes.js";

/** Short enough for a test, and still three beats to an ack wait. */
const queueEnvironment = {
  COLLM_LEASE_MS: "1500",
  COLLM_ACK_WAIT_MS: "1000",
  COLLM_BEAT_MS: "300",
};

/** `collm up --nats` with a nats-server of its own, in a workspace. */
export class Cluster {
  readonly nats: TestNatsServer;
  /** Of its coordinators, separated by commas. */
  readonly address: string;
  readonly #up: Collm;

  private constructor(nats: TestNatsServer, address: string, up: Collm) {
    this.nats = nats;
    this.address = address;
    this.#up = up;
  }

  static async start(
    workspace: Workspace,
    options: {
      readonly manifest: string;
      readonly evaluators: number;
      readonly flags?: readonly string[];
    },
  ): Promise<Cluster> {
    const nats = await TestNatsServer.start();
    workspace.env = { ...workspace.env, ...queueEnvironment };
    const up = workspace.start(
      ...["up", "--supernet", options.manifest, "--nats", nats.url, "--port", "0"],
      ...["--evaluators", String(options.evaluators), ...(options.flags ?? [])],
    );
    const address = await firstLine(up.child);
    if (address === undefined) {
      await nats.stop();
      throw new Error(`collm up: ${(await up.finished).stderr}`);
    }
    return new Cluster(nats, address, up);
  }

  /** Process ids of one kind of service. */
  async pidsOf(workspace: Workspace, service: string): Promise<readonly number[]> {
    const processes = await processesIn(workspace.path);
    return processes.filter((one) => isService(one, service)).map(({ pid }) => pid);
  }

  /** Stops or continues the supervisor: while it is stopped, what dies stays dead. */
  signalSupervisor(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#up.child.kill(signal);
  }

  async stop(): Promise<void> {
    this.signalSupervisor("SIGCONT");
    this.#up.child.kill("SIGTERM");
    await this.#up.finished;
    await this.nats.stop();
  }
}

function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.on("data", (piece: string) => {
      text += piece;
      const end = text.indexOf("\n");
      if (end !== -1) resolve(text.slice(0, end));
    });
    child.once("exit", () => resolve(undefined));
  });
}
