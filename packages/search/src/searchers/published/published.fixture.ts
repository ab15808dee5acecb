import {
  type Architecture,
  type AutoFormerSpec,
  autoFormerGenes,
  fnv1a,
} from "@collm/search-space";

/** Word `i` of the reference's counting generator. */
function draw(seed: number, i: number): number {
  let z = (seed + Math.imul(i + 1, 0x9e3779b9)) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** Right answers among 8000 images in SPOS's reference search; many architectures tie on top-1. */
function sposHits(canonical: string): { readonly top1: number; readonly top5: number } {
  const seed = fnv1a(`fit:${canonical}`);
  const top1 = 5000 + (draw(seed, 0) % 400);
  return { top1, top5: top1 + 500 + (draw(seed, 1) % 400) };
}

export const sposLandscape = {
  top1Percent: ({ canonical }: Architecture): number => sposHits(canonical).top1 / 80,
  top5Percent: ({ canonical }: Architecture): number => sposHits(canonical).top5 / 80,
};

/** The key of a candidate in AutoFormer's reference search: its tuple with doubled ratios. */
export function autoFormerKey(spec: AutoFormerSpec, architecture: Architecture): string {
  const { depth, mlpRatios, heads, embedDim } = autoFormerGenes(spec, architecture);
  return [depth, ...mlpRatios.map((ratio) => 2 * ratio), ...heads, embedDim].join(",");
}

/** The accuracy of a key in AutoFormer's reference search. */
export function autoFormerTop1Percent(key: string, paramsCount: number): number {
  return paramsCount / 1e6 + 2 * ((fnv1a(key) >>> 8) / 2 ** 24);
}
