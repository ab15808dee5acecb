import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Names one process for as long as its machine runs, even after its number was given away again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start in clock ticks since boot; null where the system does not tell. */
  readonly startTicks: string | null;
  /** Within one place process numbers mean the same: host, boot and container. */
  readonly place: string;
  /** For messages. */
  readonly host: string;
}

/** The process that runs this. */
export function ownIdentity(): ProcessIdentity {
  const host = hostname();
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const container = attempt(() => readlinkSync("/proc/self/ns/pid"));
  return {
    pid: process.pid,
    startTicks: statusOf(process.pid)?.startTicks ?? null,
    place: [host, boot ?? "", container ?? ""].join(" "),
    host,
  };
}

/** Whether a process lives; `unknown` if it belongs to another host, boot or container. */
export function lifeOf(identity: ProcessIdentity): "alive" | "dead" | "unknown" {
  if (identity.place !== ownIdentity().place) return "unknown";
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it is there, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "dead";
  }
  const status = statusOf(identity.pid);
  if (status === undefined) return "alive";
  // A zombie has ended; only its parent has not been told yet.
  if (status.state === "Z" || status.state === "X") return "dead";
  return status.startTicks === identity.startTicks ? "alive" : "dead";
}

/** From `/proc/<pid>/stat`; undefined where there is none. */
function statusOf(pid: number): { state: string; startTicks: string } | undefined {
  const line = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the command in parentheses and may hold anything, spaces included.
  const fields = line?.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
