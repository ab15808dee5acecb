import { once } from "node:events";
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { entryOf, serviceNames } from "./service-entry.js";
import { Supervised } from "./supervisor.js";

const entry = fileURLToPath(new URL("../../dist/embedded/supervisor.fixture.js", import.meta.url));

let directory: string;
let supervised: Supervised | undefined;
/** Attempts of the restarts so far. */
let restarts: number[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "collm-supervisor-"));
  restarts = [];
});
afterEach(async () => {
  await supervised?.stop(0);
  await rm(directory, { recursive: true });
});

async function start(mode: string): Promise<Supervised> {
  supervised = undefined;
  supervised = await Supervised.start(
    {
      name: "navigator",
      entry,
      env: { COLLM_PORT: "0", FIXTURE_MODE: mode },
      logFile: join(directory, "navigator.log"),
      startTimeoutMs: 60_000,
    },
    { onRestart: (_name, how, attempt) => void restarts.push(how === "SIGKILL" ? attempt : -1) },
  );
  return supervised;
}

function kill({ pid }: Supervised): void {
  process.kill(pid as number, "SIGKILL");
}

async function isListening(address: string): Promise<boolean> {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

// Starting a process takes long while others use the machine.
describe("Supervised", { timeout: 120_000 }, () => {
  const patiently = { timeout: 60_000 };

  it("starts a service that dies again on its port, three times, then gives up", async () => {
    const service = await start("serve");
    const { address } = service;
    for (const attempt of [1, 2, 3]) {
      kill(service);
      await expect.poll(() => restarts.at(-1), patiently).toBe(attempt);
      expect(service.address).toBe(address);
      expect(await isListening(address)).toBe(true);
    }
    kill(service);
    await expect(service.givenUp).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        /^navigator died 4 times \(last: SIGKILL\), see .*navigator.log$/,
      ),
    });
    expect(await isListening(address)).toBe(false);
  });

  it("stops a service, by force if it does not go, and does not start it again", async () => {
    for (const [mode, graceMs] of [
      ["serve", 60_000],
      ["stubborn", 50],
    ] as const) {
      const service = await start(mode);
      await service.stop(graceMs);
      expect(await isListening(service.address)).toBe(false);
    }
    expect(restarts).toEqual([]);
  });

  it("stops while it waits for a service that it is starting again", async () => {
    const service = await start("hang");
    kill(service);
    const log = () => readFile(join(directory, "navigator.log"), "utf8");
    await expect.poll(log, patiently).toContain("hanging");
    await service.stop(60_000);
    const pid = Number((await log()).split(" ")[1]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("passes on why a service could not start", async () => {
    await expect(start("fail")).rejects.toMatchObject({
      code: "invalid-argument",
      message: "port: got x",
    });
  });
});

describe("entryOf", () => {
  it("finds the file of every service", async () => {
    for (const name of serviceNames) await access(entryOf(name));
  });
});
