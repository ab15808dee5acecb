import type { GraphBuilder, Value } from "@collm/onnx";
import { marksBelowKeys, marksOf, perLine, verticalFromClass } from "./relative-position-tables.js";
import type { RelativeAttentionLayer } from "./transformer-layers.js";

/**
 * Relative positions without tables of all pairs. What a query says to the position of a key
 * splits into a part by row and a part by column, so instead of `tokens x tokens` vectors there are
 * `grid + grid` numbers for each query, and the product that there is anyway carries them:
 *
 *     [q_i | rows_i | columns_i] . [k_j | 1 at j's row | 1 at j's column]
 *
 *     rows_i[r] = q_i . (vertical[r - row i] - class)     columns_i[c] = q_i . horizontal[c - column i]
 *
 * For values it is the other way round: multiplying the attention with the same ones sums it up by
 * row and by column, and a small product turns the sums into vectors.
 *
 * Softmax does not see what is the same for all keys of a query. So a query's pair with the class
 * token can be the zero that the others are measured from, the class token as a query needs no
 * positions at all, and the keys' bias has no effect. Likewise attention sums to one: what every
 * value has, its bias and the class token's vector, comes out as it is and joins the projection's
 * bias.
 *
 * The original gathers two `[tokens, tokens, head width]` tables and multiplies with them; this form
 * takes a seventh of the multiplications and gives the same up to rounding. Its small products keep
 * the heads inside a line of patches, `[line, patch x head, width]`: at three heads a factor of 42
 * rows instead of 14, which makes AutoFormer-T 1.03 times as fast (ONNX Runtime 1.30, one thread);
 * places of its own for the class token would cost 4 %.
 */
export function writeRelativeAttention(
  graph: GraphBuilder,
  input: Value,
  layer: RelativeAttentionLayer,
): Value {
  const { name, heads, headWidth, grid } = layer;
  const tokens = 1 + grid * grid;
  const project = (part: "query" | "key" | "value", bias?: Float32Array): Value => {
    const { weight, weightShape } = layer[part];
    const projected = graph.linear(`${name}.${part}`, input, weight, weightShape, bias);
    return graph.reshape(projected, [-1, tokens, heads, headWidth]);
  };

  const query = project("query", layer.query.bias);
  const wished = graph.concat(
    [graph.transpose(query, [0, 2, 1, 3]), writeWishes(graph, query, layer)],
    3,
  ); // [batch, heads, tokens, head width + marks]
  const marked = graph.add(
    graph.pad(graph.transpose(project("key"), [0, 2, 3, 1]), [0, 0, 0, 0], [0, 0, 2 * grid, 0]),
    graph.constant(
      `${name}.keyMarks`,
      [headWidth + 2 * grid, tokens],
      marksBelowKeys(grid, headWidth),
    ),
  ); // [batch, heads, head width + marks, tokens]
  const attention = graph.softmax(graph.matMul(wished, marked));

  const value = graph.transpose(project("value"), [0, 2, 1, 3]);
  const content = graph.transpose(graph.matMul(attention, value), [0, 2, 1, 3]);
  const output = graph.add(
    graph.reshape(content, [-1, tokens, heads * headWidth]),
    writePositions(graph, attention, layer),
  );
  const { weight, weightShape } = layer.projection;
  const rows = graph.reshape(output, [-1, heads * headWidth]);
  return graph.linear(`${name}.projection`, rows, weight, weightShape, projectionBias(layer));
}

/**
 * What each query says to each row and each column: from queries `[batch, tokens, heads, head width]`
 * to `[batch, heads, tokens, 2 * grid]`.
 */
function writeWishes(graph: GraphBuilder, query: Value, layer: RelativeAttentionLayer): Value {
  const { name, heads, headWidth, grid, keyPositions } = layer;
  const wishes = (lines: Value, axis: string, table: Float32Array): Value => {
    const product = graph.matMul(
      graph.reshape(lines, [-1, grid, grid * heads, headWidth]),
      graph.constant(
        `${name}.key${axis}`,
        [grid, headWidth, grid],
        perLine(table, grid, "width first"),
      ),
    );
    return graph.reshape(product, [-1, grid, grid, heads, grid]);
  };
  const patches = graph.slice(query, 1, 1);
  const byRow = graph.reshape(patches, [-1, grid, grid, heads * headWidth]);
  const byColumn = graph.transpose(byRow, [0, 2, 1, 3]);
  const toRows = wishes(byRow, "Rows", verticalFromClass(keyPositions));
  const toColumns = wishes(byColumn, "Columns", keyPositions.horizontal);
  const joined = graph.concat(
    [graph.transpose(toRows, [0, 3, 1, 2, 4]), graph.transpose(toColumns, [0, 3, 2, 1, 4])],
    4,
  ); // [batch, heads, row, column, 2 * grid]
  const flat = graph.reshape(joined, [-1, heads, grid * grid, 2 * grid]);
  return graph.pad(flat, [0, 0, 1, 0], [0, 0, 0, 0]);
}

/**
 * The values' position vectors, weighted by attention: `[batch, tokens, heads * head width]`. The sums
 * are a product of their own, because a constant factor is laid out once for all runs: AutoFormer-T is
 * 1.02 times as fast as with marks beside the values.
 */
function writePositions(
  graph: GraphBuilder,
  attention: Value,
  layer: RelativeAttentionLayer,
): Value {
  const { name, heads, headWidth, grid, valuePositions } = layer;
  const marks = graph.constant(`${name}.valueMarks`, [1 + grid * grid, 2 * grid], marksOf(grid));
  const ofPatches = graph.slice(graph.matMul(attention, marks), 2, 1);
  const sums = graph.reshape(ofPatches, [-1, heads, grid, grid, 2 * grid]);
  const [byRow, byColumn] = graph.split(sums, 4, [grid, grid]) as [Value, Value];
  const vectors = (lines: Value, axis: string, table: Float32Array): Value => {
    const product = graph.matMul(
      graph.reshape(lines, [-1, grid, grid * heads, grid]),
      graph.constant(
        `${name}.value${axis}`,
        [grid, grid, headWidth],
        perLine(table, grid, "width last"),
      ),
    );
    return graph.reshape(product, [-1, grid, grid, heads * headWidth]);
  };
  const ofRows = vectors(
    graph.transpose(byRow, [0, 2, 3, 1, 4]),
    "Rows",
    verticalFromClass(valuePositions),
  );
  const ofColumns = vectors(
    graph.transpose(byColumn, [0, 3, 2, 1, 4]),
    "Columns",
    valuePositions.horizontal,
  );
  const both = graph.add(ofRows, graph.transpose(ofColumns, [0, 2, 1, 3]));
  const flat = graph.reshape(both, [-1, grid * grid, heads * headWidth]);
  return graph.pad(flat, [0, 1, 0], [0, 0, 0]);
}

/** The projection of what all values have in common, added to the projection's own bias. */
function projectionBias({
  projection,
  value,
  valuePositions,
  headWidth,
}: RelativeAttentionLayer): Float32Array {
  const [outputs, inputs] = projection.weightShape;
  const common = Array.from(
    value.bias,
    (bias, i) => bias + (valuePositions.classToken[i % headWidth] as number),
  );
  return Float32Array.from({ length: outputs }, (_, output) =>
    common.reduce(
      (sum, shared, input) => sum + shared * (projection.weight[output * inputs + input] as number),
      projection.bias[output] as number,
    ),
  );
}
