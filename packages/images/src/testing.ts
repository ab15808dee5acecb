import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors } from "@collm/checkpoint";
import { png } from "./pack/image-files.fixture.js";

/**
 * Writes a packed image set of formula images, the same for the same arguments. Image i shows class
 * i mod `classes`; its bytes depend on class, place and a little noise.
 */
export async function writeFormulaImages(
  path: string,
  options: {
    readonly count: number;
    readonly classes: number;
    readonly resolutions: readonly number[];
    readonly seed?: number;
  },
): Promise<void> {
  const { count, classes, resolutions, seed = 0 } = options;
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const tensors = resolutions.map((resolution) => {
    const length = resolution * resolution * 3;
    const data = new Uint8Array(count * length);
    for (let i = 0; i < data.length; i++) {
      const image = Math.floor(i / length);
      const label = labels[image] as number;
      data[i] = ((label + 1) * (i % length) + Math.imul(i + seed, 2654435761) / 2 ** 24) & 0xff;
    }
    const shape = [count, resolution, resolution, 3];
    return [`images.${resolution}`, { dtype: "uint8", shape, data }] as const;
  });
  await writeFile(
    path,
    encodeSafetensors(
      new Map([["labels", { dtype: "uint8", shape: [count], data: labels }], ...tensors]),
    ),
  );
}

/**
 * Writes an ImageNet-style folder of PNG files, `perClass` pictures of 48 x 40 pixels in each class
 * folder, all different. Gives the files' paths, relative to the folder.
 */
export async function writePictureFolder(
  directory: string,
  options: { readonly classes: readonly string[]; readonly perClass: number },
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const name of options.classes) {
    await mkdir(join(directory, name), { recursive: true });
    for (let i = 0; i < options.perClass; i++) {
      const path = `${name}/${i}.png`;
      await writeFile(join(directory, path), await png(paths.length, 48, 40));
      paths.push(path);
    }
  }
  return paths;
}
