import type { CostKind } from "../cost.js";
import { requireChoices } from "../genotype.js";
import { show } from "../reasons.js";
import type { Architecture, Gene, Legality, SearchSpace } from "../space.js";
import { edges, operators } from "./cell.js";
import { nasBench201Cost } from "./cost.js";
import { functionClass, isomorphismClass } from "./isomorphism.js";
import { readOfficialString, toOfficialString } from "./official-string.js";
import type { NasBench201Spec } from "./spec.js";
import { describeNasBench201, edgeName, nasBench201JsonSchema, operatorNames } from "./words.js";

/**
 * The search space of NAS-Bench-201: one operator for each of a cell's six edges. Every gene always
 * has an effect on the string. Identity and files have the official string, prompts and answers
 * `{"0-1": "conv3x3", ...}`, which names nothing that a model may have read about. An answer in the
 * official string is illegal: it would come from memory, and past `permuteOperators`.
 */
export function createNasBench201Space(spec: NasBench201Spec): SearchSpace {
  const names = operatorNames(spec);
  const genes: readonly Gene[] = edges.map((edge) => ({
    name: edgeName(edge),
    dimension: "operator",
    choices: names,
  }));

  const canonicalise = (choices: readonly number[]): Architecture => {
    requireChoices(genes, choices);
    const kept = choices.slice(0, genes.length);
    return { canonical: toOfficialString(kept), choices: kept };
  };

  const parse = (text: string): Legality => {
    const read = readOfficialString(text);
    return read.kind === "illegal"
      ? read
      : { kind: "legal", architecture: canonicalise(read.choices) };
  };

  const legality = (notation: unknown): Legality => {
    if (typeof notation !== "object" || notation === null || Array.isArray(notation)) {
      const reason = `architecture: got ${show(notation)}, allowed is an object with a key for each edge`;
      return { kind: "illegal", reasons: [reason] };
    }
    const given = notation as Readonly<Record<string, unknown>>;
    const givenFor = (name: string): unknown =>
      Object.hasOwn(given, name) ? given[name] : undefined;
    const choices = genes.map(({ name }) => names.indexOf(givenFor(name) as string));
    const reasons = genes.flatMap(({ name }, edge) =>
      choices[edge] === -1
        ? [`edge ${name}: got ${show(givenFor(name))}, allowed operator is ${names.join(", ")}`]
        : [],
    );
    const foreign = Object.keys(given).filter((key) => genes.every(({ name }) => name !== key));
    if (foreign.length > 0) {
      const allowed = genes.map(({ name }) => name).join(", ");
      reasons.push(
        `architecture: got the key ${show(foreign[0])}, allowed are the edges ${allowed}`,
      );
    }
    return reasons.length > 0
      ? { kind: "illegal", reasons }
      : { kind: "legal", architecture: canonicalise(choices) };
  };

  const notation = ({ choices }: Architecture): Readonly<Record<string, string>> =>
    Object.fromEntries(genes.map(({ name }, edge) => [name, names[choices[edge] ?? 0] ?? ""]));
  const cheapest = canonicalise(genes.map(() => operators.indexOf("none")));
  const example = canonicalise(edges.map((_, edge) => edge % operators.length));

  return {
    spec,
    genes,
    isActive: () => true,
    canonicalise,
    legality,
    parse,
    notation,
    fileNotation: ({ canonical }) => canonical,
    isomorphismClass: ({ choices }) => isomorphismClass(choices),
    functionClass: ({ choices }) => functionClass(choices),
    cost: ({ choices }) => nasBench201Cost(spec, choices),
    // Operators without weights cost nothing at all, so one cell is the cheapest in every cost.
    cheapest: (_: CostKind) => cheapest,
    jsonSchema: () => nasBench201JsonSchema(spec),
    describe: () => describeNasBench201(spec, notation(example)),
  };
}
