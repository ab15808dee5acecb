import {
  publishedAutoFormerSpec,
  publishedOfaSpec,
  publishedShuffleNetSpec,
} from "@collm/search-space";
import {
  autoFormerTensors,
  formulaImages,
  formulaTensors,
  shuffleNetImages,
  shuffleNetTensors,
} from "@collm/supernet/testing";
import type { BenchSubnet } from "./bench-subnet.js";
import { ofSize, type SizeRole } from "./digits.js";
import { FormulaSupernet } from "./formula-supernet.js";

const normalisedImages = (count: number, side: number): Float32Array =>
  formulaImages("bench", count, side);

const resolution = 224;

/**
 * Once-for-all at 224 pixels: subnets of width 1.0, and of width 1.2 the median and the largest, of
 * which only the start is timed.
 */
export async function ofaSubnets(
  folder: string,
  roles: readonly SizeRole[],
): Promise<readonly BenchSubnet[]> {
  const [narrow, wide] = await Promise.all(
    ([1.0, 1.2] as const).map((width) =>
      FormulaSupernet.write(folder, `ofa-w${width}`, {
        spec: { ...publishedOfaSpec(width), resolutions: [resolution] },
        tensors: formulaTensors,
        images: normalisedImages,
      }),
    ),
  );
  if (!narrow || !wide) throw new RangeError("ofa: two widths make two supernets");
  const ofRole = (supernet: FormulaSupernet, role: SizeRole) =>
    supernet.space.notation(ofSize(role, supernet.space));
  return [
    ...roles.map((role) => narrow.subnet(`${role}, width 1.0`, ofRole(narrow, role))),
    ...(["median", "largest"] as const).map((role) =>
      wide.subnet(`${role}, width 1.2`, ofRole(wide, role), false),
    ),
  ];
}

/** The architecture that the authors' README reports. */
export async function sposSubnets(folder: string): Promise<readonly BenchSubnet[]> {
  const supernet = await FormulaSupernet.write(folder, "spos", {
    spec: publishedShuffleNetSpec(),
    tensors: shuffleNetTensors,
    images: (count, side) =>
      shuffleNetImages(
        Array.from({ length: count }, (_, id) => id),
        side,
      ),
  });
  const notation = [2, 1, 0, 1, 2, 0, 2, 0, 2, 0, 2, 3, 0, 0, 0, 0, 3, 2, 3, 3];
  return [supernet.subnet("the authors' own", notation)];
}

/** AutoFormer-T, the official subnet of the tiny supernet. */
export async function autoFormerSubnets(folder: string): Promise<readonly BenchSubnet[]> {
  const supernet = await FormulaSupernet.write(folder, "autoformer-tiny", {
    spec: publishedAutoFormerSpec("tiny"),
    tensors: autoFormerTensors,
    images: normalisedImages,
  });
  const depth = 13;
  const notation = {
    layer_num: depth,
    embed_dim: new Array(depth).fill(192),
    mlp_ratio: [3.5, 3.5, 3, 3.5, 3, 3, 4, 4, 3.5, 4, 3.5, 4, 3.5],
    num_heads: [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 3, 3],
  };
  return [supernet.subnet("official tiny", notation)];
}
