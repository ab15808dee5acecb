import { mkdir, readdir, readFile, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFileEvaluationStore } from "./evaluation-store.js";
import { describeEvaluationStore } from "./testing/evaluation-store-contract.js";
import { temporaryDirectory } from "./testing/temporary-directory.js";

const directory = temporaryDirectory();

describeEvaluationStore("openFileEvaluationStore", {
  open: (name) => openFileEvaluationStore(join(directory, name)),
  // Every write waits for the disk several times.
  numRuns: 5,
});

const result = { top1Percent: 81.25, top5Percent: 99, images: 2000, seconds: 0.5 };
// sha256("a@b")
const digest = "7508d8b5018ea640b85269861a101203f0c26900555268e930025dac844b0f35";

describe("openFileEvaluationStore", () => {
  it("keeps each result in a file named by the key's digest and nothing else", async () => {
    const root = join(directory, "layout");
    await openFileEvaluationStore(root).write("a@b", result);
    const path = join(root, digest.slice(0, 2), `${digest}.json`);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ v: 1, key: "a@b", result });
    expect((await readdir(root)).toSorted()).toEqual([digest.slice(0, 2), "tmp"].toSorted());
    expect(await readdir(join(root, "tmp"))).toEqual([]);
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"v":1,"key":"a@b"'],
    ["another key's", JSON.stringify({ v: 1, key: "c@d", result })],
    ["impossible", JSON.stringify({ v: 1, key: "a@b", result: { ...result, images: -1 } })],
  ])("names a file that is %s, to readers and writers", async (what, content) => {
    const root = join(directory, `damaged-${what}`);
    const path = join(root, digest.slice(0, 2), `${digest}.json`);
    await mkdir(join(root, digest.slice(0, 2)), { recursive: true });
    await writeFile(path, content);
    const store = openFileEvaluationStore(root);
    for (const use of [() => store.read("a@b"), () => store.write("a@b", result)]) {
      await expect(use()).rejects.toMatchObject({
        code: "data-loss",
        message: expect.stringContaining(path),
      });
    }
  });

  it("writes again once what stood in its way is gone", async () => {
    const root = join(directory, "blocked");
    await writeFile(root, "not a directory");
    const store = openFileEvaluationStore(root);
    await expect(store.write("a@b", result)).rejects.toThrow(root);
    await unlink(root);
    expect(await store.write("a@b", result)).toEqual(result);
  });

  it("refuses a result that could not be read back", async () => {
    const store = openFileEvaluationStore(join(directory, "wrong"));
    await expect(store.write("a@b", { ...result, top1Percent: Number.NaN })).rejects.toMatchObject({
      code: "invalid-argument",
      message: "evaluation a@b: result.top1Percent: got NaN, allowed is a number",
    });
    expect(await store.read("a@b")).toBeUndefined();
  });

  it("removes what killed writers left behind, but not what is being written", async () => {
    const root = join(directory, "abandoned");
    await mkdir(join(root, "tmp"), { recursive: true });
    for (const name of ["old", "new"]) await writeFile(join(root, "tmp", name), "{");
    const longAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(join(root, "tmp", "old"), longAgo, longAgo);
    await openFileEvaluationStore(root).write("a@b", result);
    expect(await readdir(join(root, "tmp"))).toEqual(["new"]);
  });
});
