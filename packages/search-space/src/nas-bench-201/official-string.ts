import { edges, operatorOf, operators } from "./cell.js";

/** `|A~0|+|B~0|C~1|+|D~0|E~1|F~2|`: one group for each of the nodes 1, 2 and 3. */
const pattern = /^\|(\w+)~0\|\+\|(\w+)~0\|(\w+)~1\|\+\|(\w+)~0\|(\w+)~1\|(\w+)~2\|$/;

/** Edges by the node they lead to, found once: a search writes and reads hundreds of cells. */
const incomingEdges = [1, 2, 3].map((node) =>
  edges.flatMap(({ from, to }, edge) => (to === node ? [{ from, edge }] : [])),
);

/** The benchmark's own way to write an architecture, which its files use. */
export function toOfficialString(choices: readonly number[]): string {
  const groups = incomingEdges.map((incoming) => {
    const terms = incoming.map(({ from, edge }) => `${operatorOf(choices[edge])}~${from}`);
    return `|${terms.join("|")}|`;
  });
  return groups.join("+");
}

/** Choices of an official string, or why it is none. */
export function readOfficialString(
  text: string,
): { readonly kind: "choices"; readonly choices: readonly number[] } | IllegalString {
  const names = pattern.exec(text)?.slice(1);
  if (!names) {
    return {
      kind: "illegal",
      reasons: ["architecture: allowed is |op~0|+|op~0|op~1|+|op~0|op~1|op~2|"],
    };
  }
  const choices = names.map((name) => (operators as readonly string[]).indexOf(name));
  const reasons = edges.flatMap(({ from, to }, edge) =>
    choices[edge] === -1
      ? [`edge ${from} to ${to}: got ${names[edge]}, allowed operator is ${operators.join(", ")}`]
      : [],
  );
  return reasons.length > 0 ? { kind: "illegal", reasons } : { kind: "choices", choices };
}

interface IllegalString {
  readonly kind: "illegal";
  readonly reasons: readonly string[];
}
