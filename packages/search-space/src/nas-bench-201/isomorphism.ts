import { edges, operatorOf } from "./cell.js";

const zero = "#";

/**
 * A string that two cells share if the benchmark takes them for one (`to_unique_str(True)`): every
 * node is written as the sorted sum of its incoming edges, a skip connection is a wire and an edge
 * without effect a zero. It tells 6,466 classes apart.
 */
export function isomorphismClass(choices: readonly number[]): string {
  return sumOfOutput(choices, (terms) => terms);
}

/**
 * The same with zeros left out of the sums, which the benchmark does not do: cells that compute the
 * same function by these rules (5,390 classes), so that differences of their accuracies are noise.
 */
export function functionClass(choices: readonly number[]): string {
  return sumOfOutput(choices, (terms) => terms.filter((term) => term !== zero));
}

function sumOfOutput(
  choices: readonly number[],
  kept: (terms: readonly string[]) => readonly string[],
): string {
  const nodes = ["0"];
  for (const node of [1, 2, 3]) {
    const terms = edges.flatMap(({ from, to }, edge) =>
      to === node ? [termOf(operatorOf(choices[edge]), nodes[from] ?? zero)] : [],
    );
    nodes.push(kept(terms).toSorted().join("+") || zero);
  }
  return nodes[3] ?? zero;
}

function termOf(operator: ReturnType<typeof operatorOf>, source: string): string {
  if (operator === "none" || source === zero) return zero;
  return operator === "skip_connect" ? source : `(${source})@${operator}`;
}
