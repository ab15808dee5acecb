import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { DownloadOptions } from "./download.js";
import { fetchFile } from "./fetch-file.js";
import { FileServer } from "./file-server.fixture.js";

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
/** More than fits into the buffers of a connection, so that a cut is in the middle. */
const content = randomBytes(1 << 20);
const half = content.length / 2;

let folder: string;
let server: FileServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-fetch-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  server = await FileServer.start(content);
});

const problems: string[] = [];
function fetched(options: Partial<DownloadOptions> = {}, url = server.url, wanted = content) {
  problems.length = 0;
  return fetchFile({ url, sha256: sha256(wanted), path: "ofa/weights.pth" }, folder, {
    signal: new AbortController().signal,
    ...{ backoffMs: 1, attempts: 3, onProblem: (problem) => problems.push(problem), ...options },
  });
}
const target = () => readFile(join(folder, "ofa/weights.pth"));
const names = () => readdir(join(folder, "ofa"));

describe("fetchFile", () => {
  it("fetches what is missing or of another digest, once", async () => {
    expect(await fetched()).toBe("fetched");
    expect((await target()).equals(content)).toBe(true);
    expect(await fetched()).toBe("present");
    expect(server.ranges).toEqual([""]);
    await writeFile(join(folder, "ofa/weights.pth"), "an older version");
    expect(await fetched()).toBe("fetched");
    expect((await target()).equals(content)).toBe(true);
    expect(await names()).toEqual(["weights.pth"]);
  });

  it("copies a file of this machine", async () => {
    const local = join(folder, "local file");
    await writeFile(local, content);
    expect(await fetched({}, pathToFileURL(local).href)).toBe("fetched");
    expect((await target()).equals(content)).toBe(true);
    const missing = fetched({}, pathToFileURL(join(folder, "none")).href, Buffer.from("x"));
    await expect(missing).rejects.toMatchObject({ code: "not-found" });
  });

  it("leaves nothing of a wrong digest, and keeps what was there until the right one is", async () => {
    const wrong = fetched({}, server.url, Buffer.from("other"));
    await expect(wrong).rejects.toMatchObject({
      code: "data-loss",
      message: expect.stringMatching(
        `^ofa/weights.pth: http://[^?]+/weights.pth has SHA-256 ${sha256(content)}, the list says ${sha256(Buffer.from("other"))}$`,
      ),
    });
    expect(await names()).toEqual([]);
    expect(server.ranges).toHaveLength(1);
    await writeFile(join(folder, "ofa/weights.pth"), "an older version");
    await expect(fetched({}, server.url, Buffer.from("other"))).rejects.toThrow("has SHA-256");
    expect(String(await target())).toBe("an older version");
    expect(await names()).toEqual(["weights.pth"]);
  });

  it("goes on where a connection broke or stalled, and says so without the signature", async () => {
    server.troubles = [
      { kind: "status", status: 503 },
      { kind: "cut", afterBytes: half },
      { kind: "hang", afterBytes: 100 },
    ];
    expect(await fetched({ stallMs: 300 })).toBe("fetched");
    expect((await target()).equals(content)).toBe(true);
    const [first, second, third, last] = server.ranges;
    expect([first, second]).toEqual(["", ""]);
    expect(third).toMatch(/^bytes=[1-9]\d*-$/);
    expect(Number(last?.slice(6, -1))).toBe(Number(third?.slice(6, -1)) + 100);
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(
      /^http:\/\/127.0.0.1:\d+\/store\/weights.pth: status 503; again in 0.0 s$/,
    );
    expect(problems[2]).toContain("nothing came for 0.3 s");
    expect(problems.join()).not.toContain("secret");
  });

  it("gives up after attempts that bring nothing, goes on at the next run, and from the beginning where it must", async () => {
    const cut = { kind: "cut", afterBytes: half } as const;
    const dead = { kind: "status", status: 500 } as const;
    server.troubles = [cut, dead, dead];
    await expect(fetched()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/weights.pth: status 500 \(3 attempts\)$/),
    });
    const [part = ""] = await names();
    expect((await stat(join(folder, "ofa", part))).size).toBeGreaterThan(0);
    expect(await fetched()).toBe("fetched");
    expect(server.ranges.at(-1)).toMatch(/^bytes=[1-9]/);
    expect(await names()).toEqual(["weights.pth"]);

    // The server has another version by now: what was there is of no use, or whole and wrong.
    for (const other of [randomBytes(content.length), randomBytes(100)]) {
      server.troubles = [cut, dead, dead];
      await expect(fetched({}, server.url, other)).rejects.toThrow("3 attempts");
      server.content = other;
      expect(await fetched({}, server.url, other)).toBe("fetched");
      expect(server.ranges.slice(-2)).toEqual([expect.stringMatching(/^bytes=[1-9]/), ""]);
      expect((await target()).equals(other)).toBe(true);
      server.content = content;
    }
  });

  it("begins again at a server without ranges", async () => {
    server.hasRanges = false;
    server.troubles = [{ kind: "cut", afterBytes: half }];
    expect(await fetched()).toBe("fetched");
    expect((await target()).equals(content)).toBe(true);
  });

  it("does not ask again for what the server refuses, or when it is stopped", async () => {
    server.troubles = [{ kind: "status", status: 403 }];
    await expect(fetched()).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringMatching(/\/store\/weights.pth: status 403$/),
    });
    expect(server.ranges).toHaveLength(1);
    server.troubles = [{ kind: "hang", afterBytes: 100 }];
    const stop = new AbortController();
    const stopped = fetched({ signal: stop.signal });
    await expect.poll(() => server.ranges, { timeout: 15_000 }).toHaveLength(2);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
  });

  it("removes what somebody began a day ago, and nothing else", async () => {
    await fetched();
    const old = join(folder, "ofa", `.weights.pth.${"0".repeat(12)}.gone-host.part`);
    const other = join(folder, "ofa", ".hidden");
    for (const path of [old, other]) {
      await writeFile(path, "");
      await utimes(path, 0, 0);
    }
    await writeFile(join(folder, "ofa/weights.pth"), "wrong");
    await fetched();
    expect((await names()).sort()).toEqual([".hidden", "weights.pth"]);
  });
});
