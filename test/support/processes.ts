import { readdir, readFile, readlink } from "node:fs/promises";

/** A process as /proc shows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parentPid: number;
  readonly command: string;
}

/** Whether the process runs a service, from source or compiled. */
export function isService({ command }: ProcessInfo, service: string): boolean {
  return [`services/${service}/src/main.ts`, `services/${service}/dist/main.js`].some((entry) =>
    command.includes(entry),
  );
}

/** All processes of this machine that can be looked at (Linux only). */
export async function listProcesses(): Promise<readonly ProcessInfo[]> {
  const entries = await readdir("/proc");
  const found = await Promise.all(
    entries.filter((name) => /^\d+$/.test(name)).map((name) => describe(Number(name))),
  );
  return found.filter((process) => process !== undefined);
}

/** The processes that descend from `pid`, parents before children. */
export async function descendantsOf(pid: number): Promise<readonly ProcessInfo[]> {
  const all = await listProcesses();
  const found: ProcessInfo[] = [];
  const parents = new Set([pid]);
  for (let size = 0; size !== parents.size; ) {
    size = parents.size;
    for (const process of all) {
      if (parents.has(process.parentPid) && !parents.has(process.pid)) {
        parents.add(process.pid);
        found.push(process);
      }
    }
  }
  return found;
}

/** Processes whose working directory lies in `directory`: what a test left behind. */
export async function processesIn(directory: string): Promise<readonly ProcessInfo[]> {
  const all = await listProcesses();
  const inside = await Promise.all(
    all.map(async (process) => {
      const cwd = await readlink(`/proc/${process.pid}/cwd`).catch(() => "");
      return cwd === directory || cwd.startsWith(`${directory}/`);
    }),
  );
  return all.filter((_, i) => inside[i]);
}

async function describe(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
    // The second field is the name in parentheses and may itself hold spaces and parentheses.
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return undefined;
    return { pid, parentPid: Number(parent), command: command.replaceAll("\0", " ").trim() };
  } catch {
    return undefined;
  }
}
