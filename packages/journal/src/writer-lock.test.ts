import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownIdentity } from "./process-identity.js";
import { temporaryDirectory } from "./testing/temporary-directory.js";
import { acquireWriterLock } from "./writer-lock.js";

const root = temporaryDirectory();
let locks = 0;

/** A lock that somebody left behind, last touched `ageSeconds` ago. */
async function lockWith(claim: unknown, ageSeconds = 0, name = "held-0"): Promise<string> {
  locks += 1;
  const directory = join(root, `lock-${locks}`);
  await mkdir(directory);
  const path = join(directory, name);
  await writeFile(path, typeof claim === "string" ? claim : JSON.stringify(claim));
  const touched = new Date(Date.now() - ageSeconds * 1000);
  await utimes(path, touched, touched);
  return directory;
}

async function isFree(directory: string): Promise<boolean> {
  const lock = await acquireWriterLock("journal x", directory).catch((error: unknown) => {
    expect(error).toMatchObject({ code: "failed-precondition" });
    return undefined;
  });
  await lock?.release();
  return lock !== undefined;
}

const own = { ...ownIdentity(), since: "2026-01-01T00:00:00.000Z" };

describe("acquireWriterLock", () => {
  it("respects a living owner however long it has been silent", async () => {
    expect(await isFree(await lockWith(own, 3_600))).toBe(false);
  });

  it("takes over from a process that is dead, or whose number was given away", async () => {
    // Above the largest number that Linux gives.
    expect(await isFree(await lockWith({ ...own, pid: 4_194_305 }))).toBe(true);
    expect(await isFree(await lockWith({ ...own, startTicks: "1" }))).toBe(true);
  });

  it("takes over from another host or container after 30 s without a sign of life", async () => {
    const elsewhere = { ...own, place: "elsewhere", host: "pod-7", pid: 1 };
    expect(await isFree(await lockWith(elsewhere, 20))).toBe(false);
    expect(await isFree(await lockWith(elsewhere, 40))).toBe(true);
    const directory = await lockWith(elsewhere, 20);
    await expect(acquireWriterLock("journal x", directory)).rejects.toThrow(
      /^journal x: is being written by process 1 on pod-7 since 2026-01-01T00:00:00.000Z, last seen 2\d s ago/,
    );
  });

  it("waits for a claim that is only being written, but not for ever", async () => {
    expect(await isFree(await lockWith("", 0))).toBe(false);
    expect(await isFree(await lockWith("", 40))).toBe(true);
  });

  it("gives way to a rival with a smaller token and names it", async () => {
    expect(await isFree(await lockWith(own, 0, "trying-0"))).toBe(false);
  });

  it("removes its directory with the last claim", async () => {
    const directory = await lockWith({ ...own, startTicks: "1" });
    await (await acquireWriterLock("journal x", directory)).release();
    expect(await readdir(root)).not.toContain(`lock-${locks}`);
  });
});
