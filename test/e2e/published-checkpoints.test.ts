import { spawnSync } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { encodeSafetensors, readNpy, writeNpy } from "@collm/checkpoint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { Workspace } from "../support/collm.js";
import { largestDifference, publishedCases } from "../support/published.js";
import { pythonWith } from "../support/python.js";

const python = pythonWith("torch");
const saveWithTorch = fileURLToPath(new URL("../support/save_with_torch.py", import.meta.url));

/** How each family's authors save: container, key of the state dict, prefix of the names. */
const habits = {
  "ofa-mobilenet-v3": [
    ["legacy", "state_dict"],
    ["zip", "state_dict"],
  ],
  "spos-shufflenet-v2": [
    ["legacy", "state_dict", "module."],
    ["zip", "state_dict", "module."],
  ],
  autoformer: [
    ["zip", "model"],
    ["legacy", "model"],
  ],
} as const;

describe.skipIf(python === undefined)(
  "checkpoints written by PyTorch (skipped without Debian's python3-torch)",
  { timeout: 180_000 },
  () => {
    let workspace: Workspace;
    beforeAll(async () => {
      workspace = await Workspace.create();
    });
    afterAll(() => workspace.remove());

    const runs = publishedCases.flatMap((published) =>
      habits[published.name as keyof typeof habits].map((habit) => ({
        name: published.name,
        container: habit[0],
        habit,
        published,
      })),
    );
    it.each(runs)(
      "$name in a $container file gives the original's logits",
      async ({ name, habit, published }) => {
        const at = (file: string): string => workspace.file(`${name}-${habit[0]}-${file}`);
        await writeFile(at("weights.safetensors"), encodeSafetensors(published.tensors()));
        const arguments_ = [at("weights.safetensors"), at("weights.pth"), ...habit];
        const saved = spawnSync(python as string, [saveWithTorch, ...arguments_], {
          encoding: "utf8",
        });
        expect(saved.status, saved.stderr).toBe(0);
        const manifest = { ...published.manifest, checkpoint: at("weights.pth") };
        await writeFile(at("supernet.yaml"), stringify(manifest));
        await writeFile(at("a.json"), JSON.stringify(published.architecture));
        const { shape, data } = published.input;
        await writeNpy(at("x.npy"), { shape, data: data() });

        const subnet = ["--supernet", at("supernet.yaml"), "--architecture", at("a.json")];
        const files = ["--input", at("x.npy"), "--output", at("y.npy")];
        const finished = await workspace.run("subnet", "run", ...subnet, ...files);
        expect(finished, finished.stderr).toMatchObject({ code: 0 });
        const logits = await readNpy(at("y.npy"));
        expect(logits.shape).toEqual([shape[0], 1000]);
        expect(largestDifference(logits.data, published.logits16)).toBeLessThan(
          published.tolerance,
        );

        const verified = await workspace.run("supernet", "verify", at("supernet.yaml"));
        expect(verified, verified.stderr).toMatchObject({ code: 0 });
        expect(verified.stdout).toContain(`PyTorch file (${habit[0]})`);
        await Promise.all([rm(at("weights.pth")), rm(at("weights.safetensors"))]);
      },
    );
  },
);
