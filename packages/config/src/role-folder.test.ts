import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readRoleEnv } from "./role-env.js";
import { MountedFolder } from "./testing/mounted-folder.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "collm-role-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const read = (env: Record<string, string> = {}) =>
  readRoleEnv("navigator", { ...env, COLLM_NAVIGATOR_CONFIG_DIR: folder });

describe("a folder with a role's variables", () => {
  it("wins over the environment, and leaves alone what is none of its business", async () => {
    await write("COLLM_NAVIGATOR_BACKEND", "vllm\n");
    await write("COLLM_NAVIGATOR_MODEL", "qwen3");
    await write("COLLM_NAVIGATOR_EXTRA_BODY", '{\n "top_k": 20\n}\n');
    await write("COLLM_NAVIGATOR_FALLBACK", "openai:b@http://b/v1\r\n");
    await write("COLLM_NAVIGATOR_FALLBACK_1_API_KEY", "key-b");
    await write("COLLM_NAVIGATOR_BASE_URL", "");
    await write("README", "not a variable");
    await mkdir(join(folder, "lost+found"));
    const env = {
      COLLM_NAVIGATOR_MODEL: "other",
      COLLM_NAVIGATOR_TEMPERATURE: "0.2",
      COLLM_NAVIGATOR_BASE_URL: "http://elsewhere/v1",
    };
    expect(read(env)).toMatchObject({
      endpoints: [
        // An empty file means unset, as an empty variable does.
        { kind: "vllm", model: "qwen3", extraBody: { top_k: 20 }, baseUrl: undefined },
        { kind: "openai", model: "b", apiKey: "key-b" },
      ],
      temperature: 0.2,
    });
  });

  it("is read anew each time, with the key's file, through a swapped link or an edit", async () => {
    const mounted = new MountedFolder(folder);
    const key = join(folder, "..key");
    const common = { COLLM_NAVIGATOR_BACKEND: "openai", COLLM_NAVIGATOR_API_KEY_FILE: key };
    await writeFile(key, "first");
    await mounted.mount({ ...common, COLLM_NAVIGATOR_MODEL: "a", COLLM_NAVIGATOR_TOP_P: "0.5" });
    expect(read()).toMatchObject({ endpoints: [{ model: "a", apiKey: "first" }], topP: 0.5 });
    await mounted.mount({ ...common, COLLM_NAVIGATOR_MODEL: "b" });
    await writeFile(key, "second\n");
    expect(read()).toMatchObject({
      endpoints: [{ model: "b", apiKey: "second" }],
      topP: undefined,
    });
    await writeFile(join(folder, "COLLM_NAVIGATOR_MODEL"), "c");
    expect(read()).toMatchObject({ endpoints: [{ model: "c" }] });
  });

  it("never gives some files of one version and some of another", async () => {
    const mounted = new MountedFolder(folder);
    const version = (name: string) => ({
      COLLM_NAVIGATOR_BACKEND: "openai",
      COLLM_NAVIGATOR_MODEL: name,
      COLLM_NAVIGATOR_FALLBACK: `openai:${name}@http://b/v1`,
    });
    await mounted.mount(version("m0"));
    let isOver = false;
    const swapping = (async () => {
      for (let i = 1; i <= 30; i++) {
        await mounted.mount(version(`m${i}`));
      }
      isOver = true;
    })();
    let seen = 0;
    while (!isOver) {
      const { endpoints } = read() as { endpoints: readonly { model: string }[] };
      expect(endpoints[1]?.model).toBe(endpoints[0]?.model);
      seen++;
      await new Promise(setImmediate);
    }
    await swapping;
    expect(seen).toBeGreaterThan(10);
  });

  it("is refused with the file's name where it sets something unknown, and by name where it is missing or empty", async () => {
    expect(() => read({ COLLM_NAVIGATOR_BACKEND: "heuristic" })).toThrow(
      `COLLM_NAVIGATOR_CONFIG_DIR: folder ${folder} is empty, it needs a file for each variable: COLLM_NAVIGATOR_BACKEND, COLLM_NAVIGATOR_MODEL and so on (docs/services.md)`,
    );
    await write("COLLM_NAVIGATOR_MODLE", "m");
    await write("COLLM_NAVIGATOR_FALLBACK_1_MODEL", "m");
    expect(() => read()).toThrow(
      `COLLM_NAVIGATOR_CONFIG_DIR: ${folder}/COLLM_NAVIGATOR_FALLBACK_1_MODEL, ${folder}/COLLM_NAVIGATOR_MODLE: unknown variable, allowed are COLLM_NAVIGATOR_BACKEND, COLLM_NAVIGATOR_MODEL and so on (docs/services.md)`,
    );
    expect(() =>
      readRoleEnv("navigator", { COLLM_NAVIGATOR_CONFIG_DIR: `${folder}/none` }),
    ).toThrow(/^COLLM_NAVIGATOR_CONFIG_DIR: folder .*none/);
  });

  it("shows no key that is wrong", async () => {
    await write("COLLM_NAVIGATOR_BACKEND", "openai");
    await write("COLLM_NAVIGATOR_MODEL", "m");
    await write("COLLM_NAVIGATOR_API_KEY", "se cret");
    expect(() => read()).toThrow(/COLLM_NAVIGATOR_API_KEY: got a value that is not shown/);
  });
});
