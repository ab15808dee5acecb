import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadPromptSet } from "./prompt-set.js";

let folder: string;
let url: URL;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-prompts-"));
  url = pathToFileURL(`${folder}/`);
  await mkdir(join(folder, "default"));
  await writeFile(join(folder, "default", "system.md"), "Hello {{who}}.\n");
});

afterEach(() => rm(folder, { recursive: true }));

describe("loadPromptSet", () => {
  it("renders a file of the set", async () => {
    const prompts = await loadPromptSet(url, "default", ["system"]);
    expect(prompts.render("system", { who: "you" })).toBe("Hello you.");
  });

  it("has a digest that changes with the text", async () => {
    const before = await loadPromptSet(url, "default", ["system"]);
    const again = await loadPromptSet(url, "default", ["system"]);
    await writeFile(join(folder, "default", "system.md"), "Hi {{who}}.\n");
    const after = await loadPromptSet(url, "default", ["system"]);
    expect(before.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(again.digest).toBe(before.digest);
    expect(after.digest).not.toBe(before.digest);
  });

  it("names the sets there are when the wanted one is missing", async () => {
    await expect(loadPromptSet(url, "other", ["system"])).rejects.toMatchObject({
      code: "not-found",
      message: 'prompt set "other": there is no such set; there are default',
    });
  });

  it("names the files that a set lacks", async () => {
    await expect(loadPromptSet(url, "default", ["system", "round"])).rejects.toThrow(
      /lacks round\.md/,
    );
  });

  it("never leaves its folder", async () => {
    await expect(loadPromptSet(url, "../default", ["system"])).rejects.toMatchObject({
      code: "not-found",
    });
  });
});
