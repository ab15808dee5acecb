import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { FileServer } from "./file-server.fixture.js";

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** `collm fetch …` as a process of its own, compiled. */
function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [program, "fetch", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let errors = "";
  child.stderr.on("data", (bytes) => {
    errors += String(bytes);
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, errors }));
  });
  return { child, ended };
}

it("goes on after it was killed, leaves alone what is there, and ends with 1 at a wrong digest", {
  timeout: 60_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "collm-fetch-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const content = randomBytes(1 << 20);
  const server = await FileServer.start(content);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const list = join(folder, "list.yaml");
  const to = join(folder, "supernets");
  const write = (files: readonly object[]) => writeFile(list, JSON.stringify(files));
  const entry = { url: server.url, sha256, path: "ofa/weights.pth" };
  await write([entry]);

  server.troubles = [{ kind: "hang", afterBytes: content.length / 2 }];
  const first = start(list, "--to", to);
  const sizeSoFar = async () => {
    const [part] = await readdir(join(to, "ofa")).catch(() => []);
    return part === undefined ? 0 : (await stat(join(to, "ofa", part))).size;
  };
  await expect.poll(sizeSoFar, { timeout: 30_000 }).toBeGreaterThan(0);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(await readdir(join(to, "ofa"))).toEqual([expect.stringMatching(/\.part$/)]);
  const second = await start(list, "--to", to).ended;
  expect(second).toEqual({
    code: 0,
    errors: expect.stringMatching(/^ofa\/weights.pth: fetched in/),
  });
  expect(server.ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  expect((await readFile(join(to, "ofa/weights.pth"))).equals(content)).toBe(true);

  const requests = server.ranges.length;
  await write([entry, { ...entry, sha256: "0".repeat(64), path: "wrong" }]);
  const third = await start(list, "--to", to).ended;
  expect(third.code).toBe(1);
  expect(third.errors.trim().split("\n")).toEqual([
    "ofa/weights.pth: is there",
    expect.stringMatching(/^collm: wrong: http:.* has SHA-256 .*, the list says 0{64}$/),
  ]);
  expect(server.ranges).toHaveLength(requests + 1);
  expect((await readdir(to, { recursive: true })).sort()).toEqual(["ofa", "ofa/weights.pth"]);
  expect((await start(join(folder, "none"), "--to", to).ended).code).toBe(2);
});
