import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openFileCheckpointStore } from "./file-checkpoint-store.js";
import { checkpointOf, describeCheckpointStore } from "./testing/checkpoint-store-contract.js";
import { temporaryDirectory } from "./testing/temporary-directory.js";

const directory = temporaryDirectory();

async function onlyFile(root: string): Promise<string> {
  const [name = "", ...others] = await readdir(root);
  expect(others).toEqual([]);
  return join(root, name);
}

describeCheckpointStore("openFileCheckpointStore", {
  open: (name) => openFileCheckpointStore(join(directory, name)),
  damage: async (name) => {
    const path = await onlyFile(join(directory, name));
    const bytes = await readFile(path);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] as number) ^ 1;
    await writeFile(path, bytes);
  },
});

describe("openFileCheckpointStore", () => {
  it("notices any byte that is cut off or changed", async () => {
    const root = join(directory, "cut");
    const store = openFileCheckpointStore(root);
    await store.write("a@b", checkpointOf());
    const path = await onlyFile(root);
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      await expect(store.read("a@b")).rejects.toMatchObject({
        code: "data-loss",
        message: expect.stringContaining(path),
      });
      const changed = Buffer.from(whole);
      changed[length] = (changed[length] as number) ^ 0x40;
      await writeFile(path, changed);
      await expect(store.read("a@b")).rejects.toMatchObject({ code: "data-loss" });
    }
  });

  it("removes what nobody came back for within a week", async () => {
    const root = join(directory, "old");
    const store = openFileCheckpointStore(root);
    await store.write("old@b", checkpointOf());
    await store.write("new@b", checkpointOf());
    const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000);
    for (const name of await readdir(root)) {
      const text = await readFile(join(root, name), "latin1");
      if (text.includes("old@b")) await utimes(join(root, name), eightDaysAgo, eightDaysAgo);
    }
    const later = openFileCheckpointStore(root);
    await later.write("newer@b", checkpointOf());
    expect(await later.read("old@b")).toBeUndefined();
    expect(await later.read("new@b")).toEqual(checkpointOf());
  });
});
