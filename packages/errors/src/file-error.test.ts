import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CollmError } from "./collm-error.js";
import { withFile } from "./file-error.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-errors-"));
  await writeFile(join(folder, "file"), "");
});
afterAll(() => rm(folder, { recursive: true }));

describe("withFile", () => {
  it("says what is wrong with which file in one sentence, and that it is the user's to mend", async () => {
    const opening = (path: string) => withFile("--input", path, () => open(path, "r+"));
    const missing = join(folder, "none");
    await expect(opening(missing)).rejects.toMatchObject({
      code: "not-found",
      message: `--input ${missing}: no such file or directory`,
    });
    const inside = join(folder, "file", "inside");
    await expect(opening(inside)).rejects.toMatchObject({
      code: "invalid-argument",
      message: `--input ${inside}: a part of the path is no directory`,
    });
    await expect(opening(folder)).rejects.toThrow(`--input ${folder}: it is a directory`);
  });

  it("leaves a CollmError as it is, and keeps the words of others", async () => {
    const known = new CollmError("data-loss", "line 3 is damaged");
    await expect(withFile("a", "b", () => Promise.reject(known))).rejects.toBe(known);
    await expect(withFile("a", "b", () => Promise.reject(new Error("odd")))).rejects.toMatchObject({
      code: "internal",
      message: "a b: odd",
    });
  });
});

describe("CollmError.from", () => {
  it("tells of a path what the file system says", async () => {
    const path = join(folder, "none");
    const error: unknown = await open(path).catch((thrown: unknown) => thrown);
    expect(CollmError.from(error)).toMatchObject({
      code: "not-found",
      message: `${path}: no such file or directory`,
      cause: error,
    });
  });
});
