/** Operators in the official order: their positions are the choices of every gene. */
export const operators = [
  "none",
  "skip_connect",
  "nor_conv_1x1",
  "nor_conv_3x3",
  "avg_pool_3x3",
] as const;

export type Operator = (typeof operators)[number];

/**
 * Edges in the order of the official string, each from an earlier node to a later one. Node 0 is the
 * cell's input, node 3 its output; a node is the sum of what its incoming edges give.
 */
export const edges = [
  { from: 0, to: 1 },
  { from: 0, to: 2 },
  { from: 1, to: 2 },
  { from: 0, to: 3 },
  { from: 1, to: 3 },
  { from: 2, to: 3 },
] as const;

/** Architectures of the space: every edge has every operator. */
export const architectureCount = operators.length ** edges.length;

/** The operator of an edge's choice. Throws RangeError outside 0 to 4. */
export function operatorOf(choice: number | undefined): Operator {
  const operator = operators[choice ?? -1];
  if (operator === undefined) {
    throw new RangeError(`operator: got ${choice}, allowed is 0 to ${operators.length - 1}`);
  }
  return operator;
}
