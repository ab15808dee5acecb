import { shorten, show } from "../reasons.js";
import { type GenotypeLayout, isGeneActive } from "./genotype.js";
import { blockCount, type ElasticMobileNetSpec } from "./spec.js";

/** What reading a notation gives: one choice index per gene, or every problem found. */
export type ReadNotation =
  | { readonly kind: "choices"; readonly choices: readonly number[] }
  | { readonly kind: "problems"; readonly problems: readonly string[] };

/** Keys of the original projects' files that carry nothing: `wid` is always null there. */
const ignoredKeys = new Set(["wid"]);

/**
 * Reads `{"ks": [B], "e": [B], "d": [S], "r": n}`. The original code's variants are accepted:
 * `r: [n]` and `image_size: n`. Genes of skipped blocks may hold any of their choices or 0.
 */
export function readNotation(
  spec: ElasticMobileNetSpec,
  layout: GenotypeLayout,
  notation: unknown,
): ReadNotation {
  const problems: string[] = [];
  if (typeof notation !== "object" || notation === null || Array.isArray(notation)) {
    return {
      kind: "problems",
      problems: [`architecture: got ${show(notation)}, allowed is an object with ks, e, d and r`],
    };
  }
  const record = notation as Record<string, unknown>;
  for (const key of Object.keys(record)) {
    if (!["ks", "e", "d", "r", "image_size"].includes(key) && !ignoredKeys.has(key)) {
      problems.push(`${shorten(key)}: unknown key, allowed are ks, e, d and r`);
    }
  }

  const list = (key: string, length: number): readonly unknown[] => {
    const value = record[key];
    if (Array.isArray(value) && value.length === length) return value;
    const got = Array.isArray(value) ? `${value.length} values` : show(value);
    problems.push(`${key}: got ${got}, allowed is a list of exactly ${length} numbers`);
    return [];
  };
  const values: readonly unknown[] = [
    readResolution(record, problems),
    ...list("d", spec.stages.length),
    ...list("ks", blockCount(spec)),
    ...list("e", blockCount(spec)),
  ];
  if (values.length !== layout.genes.length) return { kind: "problems", problems };

  const choices = layout.genes.map((gene, i) => gene.choices.indexOf(values[i] as number));
  layout.genes.forEach((gene, i) => {
    if (choices[i] !== -1) return;
    // Depth genes come first, so an illegal depth is already reported here; treat it as full.
    const depthsKnown = choices.map((choice) => (choice === -1 ? gene.choices.length - 1 : choice));
    const isSkipped = !isGeneActive(spec, layout, i, depthsKnown);
    if (isSkipped && values[i] === 0) return;
    const allowed = isSkipped ? [0, ...gene.choices] : gene.choices;
    problems.push(
      `${gene.name}: got ${show(values[i])}, allowed ${gene.dimension} is ${allowed.join(", ")}`,
    );
  });
  if (problems.length > 0) return { kind: "problems", problems };
  return { kind: "choices", choices: choices.map((choice) => Math.max(0, choice)) };
}

function readResolution(record: Readonly<Record<string, unknown>>, problems: string[]): unknown {
  const unwrap = (value: unknown): unknown =>
    Array.isArray(value) && value.length === 1 ? value[0] : value;
  const r = unwrap(record.r);
  const imageSize = unwrap(record.image_size);
  if (r !== undefined && imageSize !== undefined && r !== imageSize) {
    problems.push(`image_size: got ${show(imageSize)}, but r is ${show(r)}`);
  }
  return r ?? imageSize;
}
