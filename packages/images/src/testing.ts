import { writeFile } from "node:fs/promises";
import { encodeSafetensors } from "@collm/checkpoint/testing";

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
