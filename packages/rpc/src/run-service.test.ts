import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { GeneratorServiceClient } from "@collm/proto";
import { describe, expect, it, onTestFinished } from "vitest";
import { callUnary } from "./call.js";
import { connect } from "./channel.js";
import { checkHealth } from "./health.js";
import { parseServiceMessage } from "./service-message.js";
import { candidatesRequest } from "./test-support.js";

const fixture = fileURLToPath(new URL("../dist/run-service.fixture.js", import.meta.url));

/** Forks the fixture service: a generator that answers once its drain has begun. */
function forkService(mode: string, env: Record<string, string> = {}) {
  const child = fork(fixture, [mode], {
    execArgv: [],
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const stderr = child.stderr === null ? Promise.resolve("") : text(child.stderr);
  const message = once(child, "message").then(([value]) => parseServiceMessage(value));
  return { child, stderr, message, exit: exitOf(child) };
}

async function exitOf(child: ChildProcess): Promise<unknown> {
  const [code, signal] = await once(child, "exit");
  return code ?? signal;
}

// Starting a process takes long while others use the machine.
describe("runService", { timeout: 120_000 }, () => {
  it.each(["SIGTERM", "SIGINT"] as const)(
    "tells its parent when it is ready and drains on %s",
    async (signal) => {
      const { child, message, exit, stderr } = forkService("serve");
      const ready = await message;
      if (ready?.kind !== "ready") throw new Error("not ready");
      const address = `127.0.0.1:${ready.port}`;
      expect(await checkHealth(address, { name: "generator" })).toBe("SERVING");
      const client = connect(GeneratorServiceClient, address);
      const call = callUnary(client, "proposeCandidates", candidatesRequest);
      // The service sends this once the call has arrived.
      await once(child, "message");
      child.kill(signal);
      expect((await call).proposals).toEqual([{ text: "late but complete" }]);
      expect(await exit).toBe(0);
      client.close();
      const lines = (await stderr).trim().split("\n");
      expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["ready", "draining", "stopped"]);
    },
  );

  it("leaves its callers with unavailable when it is killed", async () => {
    const { child, message } = forkService("serve");
    const ready = await message;
    if (ready?.kind !== "ready") throw new Error("not ready");
    const client = connect(GeneratorServiceClient, `127.0.0.1:${ready.port}`);
    const call = callUnary(client, "proposeCandidates", candidatesRequest);
    await once(child, "message");
    child.kill("SIGKILL");
    await expect(call).rejects.toMatchObject({ code: "unavailable" });
    client.close();
  });

  it("exits when its parent was gone before it had loaded", async () => {
    const { child, exit } = forkService("hang");
    child.disconnect();
    expect(await exit).toBe(1);
  });

  it("exits when its parent is gone", async () => {
    const { child, message, exit } = forkService("stuck");
    await message;
    child.disconnect();
    expect(await exit).toBe(1);
  });

  it.each([
    ["invalid-argument", 2],
    ["not-found", 2],
    ["failed-precondition", 1],
  ])("reports a start that failed with %s in one line and exits with %i", async (code, status) => {
    const { message, exit, stderr } = forkService("fail", { FIXTURE_CODE: code });
    expect(await message).toEqual({ kind: "failed", code, message: "port: got x, allowed is y" });
    expect(await exit).toBe(status);
    expect(await stderr).toBe("collm generator: port: got x, allowed is y\n");
  });

  it("names a wrong log level", async () => {
    const { message, exit } = forkService("serve", { COLLM_LOG_LEVEL: "loud" });
    expect(await message).toMatchObject({ kind: "failed", code: "invalid-argument" });
    expect(await exit).toBe(2);
  });

  it("ends at once on a signal while it starts", async () => {
    const { child, exit } = forkService("hang");
    await once(child, "message");
    child.kill("SIGTERM");
    expect(await exit).toBe(0);
  });

  it("does not wait for a drain when the signal comes again", async () => {
    const { child, message, exit } = forkService("stuck");
    await message;
    child.kill("SIGTERM");
    await once(child, "message");
    child.kill("SIGTERM");
    expect(await exit).toBe(1);
  });
});

describe("parseServiceMessage", () => {
  it("gives undefined for what is none", () => {
    for (const value of [null, 1, "ready", {}, { kind: "ready" }, { kind: "failed" }]) {
      expect(parseServiceMessage(value)).toBeUndefined();
    }
  });
});
