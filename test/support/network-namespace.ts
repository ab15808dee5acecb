import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
/** What follows is the id of the process that made it. */
const prefix = "collm-test-";
const device = "eth0";

/**
 * A second host on this machine: a network namespace with a cable (a veth pair) to the one that the
 * test runs in. Needs root and `ip netns`.
 */
export class NetworkNamespace {
  readonly #name: string;
  /** This end of the cable, in the test's own namespace. */
  readonly #cable: string;
  /** Address of the test's own namespace on the cable. */
  readonly here: string;
  /** Address of the namespace. */
  readonly there: string;

  private constructor(id: number) {
    this.#name = `${prefix}${id}`;
    // At most 15 characters.
    this.#cable = `cl${id}`;
    // A network of four addresses that follows from the process, so that runs do not meet.
    const [third, fourth] = [(id >> 6) & 255, (id & 63) << 2];
    this.here = `10.231.${third}.${fourth + 1}`;
    this.there = `10.231.${third}.${fourth + 2}`;
  }

  /** Whether namespaces can be made here: tries it. */
  static isUsable(): boolean {
    const name = `${prefix}${process.pid}-probe`;
    try {
      execFileSync("ip", ["netns", "add", name], { stdio: "ignore" });
      execFileSync("ip", ["netns", "exec", name, "true"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    } finally {
      try {
        execFileSync("ip", ["netns", "delete", name], { stdio: "ignore" });
      } catch {
        // There was none.
      }
    }
  }

  /** Makes one for this process, and removes those of processes that died before they could. */
  static async create(): Promise<NetworkNamespace> {
    await removeLeftovers();
    const namespace = new NetworkNamespace(process.pid);
    try {
      await namespace.#connect();
      return namespace;
    } catch (error) {
      await namespace.remove();
      throw error;
    }
  }

  /** What a program is run through to be on the other host. */
  get through(): readonly string[] {
    return ["ip", "netns", "exec", this.#name];
  }

  /** Pulls the cable: what is sent is lost, and no connection hears of it. */
  async cut(): Promise<void> {
    await run("ip", ["link", "set", this.#cable, "down"]);
  }

  async mend(): Promise<void> {
    await run("ip", ["link", "set", this.#cable, "up"]);
  }

  /** Also removes the cable, which ends there. */
  async remove(): Promise<void> {
    await run("ip", ["netns", "delete", this.#name]).catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const ip = async (...args: string[]): Promise<void> => void (await run("ip", args));
    const name = this.#name;
    await ip("netns", "add", name);
    const peer = ["type", "veth", "peer", "name", device, "netns", name];
    await ip("link", "add", this.#cable, ...peer);
    await ip("address", "add", `${this.here}/30`, "dev", this.#cable);
    await ip("link", "set", this.#cable, "up");
    await ip("-n", name, "address", "add", `${this.there}/30`, "dev", device);
    await ip("-n", name, "link", "set", "lo", "up");
    await ip("-n", name, "link", "set", device, "up");
  }
}

async function removeLeftovers(): Promise<void> {
  const { stdout } = await run("ip", ["netns", "list"]);
  for (const line of stdout.split("\n")) {
    const [name = ""] = line.split(" ");
    const pid = Number(new RegExp(`^${prefix}(\\d+)`).exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await run("ip", ["netns", "delete", name]).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
