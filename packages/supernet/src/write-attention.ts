import type { GraphBuilder, Value } from "@collm/onnx";
import type {
  Projection,
  RelativeAttentionLayer,
  RelativePositions,
} from "./transformer-layers.js";

/**
 * Relative positions without tables of all pairs. What a query says to the position of a key
 * splits into a part by row and a part by column, so instead of `tokens x tokens` vectors there are
 * `grid + grid + 1` numbers for each query, and the products that there are anyway carry them:
 *
 *     [q_i | rows_i | columns_i | class_i] . [k_j | 1 at j's row | 1 at j's column | 1 if class token]
 *
 *     rows_i[r] = q_i . vertical[r - row i]       columns_i[c] = q_i . horizontal[c - column i]
 *
 * For values it is the other way round: multiplying the attention with the same ones sums it up by
 * row and by column, and a small product turns the sums into vectors. A query of the class token
 * has the same position vector for every key: as softmax does not see a constant, keys need nothing
 * there, and values that vector itself, since attention sums to one.
 *
 * The original gathers two `[tokens, tokens, head width]` tables and multiplies with them; this form
 * takes a seventh of the multiplications and gives the same up to rounding.
 */
export function writeRelativeAttention(
  graph: GraphBuilder,
  input: Value,
  layer: RelativeAttentionLayer,
): Value {
  const { name, heads, headWidth, grid } = layer;
  const tokens = 1 + grid * grid;
  const split = (part: "query" | "key" | "value", order: readonly number[]): Value => {
    const { weight, weightShape, bias } = layer[part];
    const projected = graph.linear(`${name}.${part}`, input, weight, weightShape, bias);
    return graph.transpose(graph.reshape(projected, [-1, tokens, heads, headWidth]), order);
  };
  const marks = marksOf(grid);
  const marksWidth = 2 * grid + 1;

  const query = split("query", [0, 2, 1, 3]); // [batch, heads, tokens, head width]
  const wished = writeWishes(graph, query, layer); // [batch, heads, tokens, marks]
  const key = graph.add(
    graph.pad(split("key", [0, 2, 3, 1]), [0, 0, 0, 0], [0, 0, marksWidth, 0]),
    graph.constant(
      `${name}.keyMarks`,
      [1, 1, headWidth + marksWidth, tokens],
      transposed(withMarks(marks, tokens, headWidth), tokens, headWidth + marksWidth),
    ),
  ); // [batch, heads, head width + marks, tokens]
  const attention = graph.softmax(graph.matMul(graph.concat([query, wished], 3), key));

  const value = graph.add(
    graph.pad(split("value", [0, 2, 1, 3]), [0, 0, 0, 0], [0, 0, 0, marksWidth]),
    graph.constant(
      `${name}.valueMarks`,
      [1, 1, tokens, headWidth + marksWidth],
      withMarks(marks, tokens, headWidth),
    ),
  ); // [batch, heads, tokens, head width + marks]
  const summed = graph.matMul(attention, value);
  const [content, sums] = graph.split(summed, 3, [headWidth, marksWidth]) as [Value, Value];
  const output = graph.add(content, writePositions(graph, sums, layer));
  const joined = graph.reshape(graph.transpose(output, [0, 2, 1, 3]), [-1, heads * headWidth]);
  return linear(graph, `${name}.projection`, joined, layer.projection);
}

function linear(graph: GraphBuilder, name: string, input: Value, projection: Projection): Value {
  return graph.linear(name, input, projection.weight, projection.weightShape, projection.bias);
}

/** What each query says to each row, each column and the class token: `[batch, heads, tokens, marks]`. */
function writeWishes(graph: GraphBuilder, query: Value, layer: RelativeAttentionLayer): Value {
  const { name, heads, headWidth, grid, keyPositions } = layer;
  const shape = [-1, heads, grid, grid, headWidth];
  const byRow = graph.reshape(graph.slice(query, 2, 1), shape); // [batch, heads, row, column, width]
  const byColumn = graph.transpose(byRow, [0, 1, 3, 2, 4]);
  const toRows = graph.constant(
    `${name}.keyRows`,
    [grid, headWidth, grid],
    perLine(keyPositions.vertical, grid, headWidth, "width first"),
  );
  const toColumns = graph.constant(
    `${name}.keyColumns`,
    [grid, headWidth, grid],
    perLine(keyPositions.horizontal, grid, headWidth, "width first"),
  );
  const toClass = graph.constant(`${name}.keyClass`, [headWidth, 1], keyPositions.classToken);
  const wishes = graph.concat(
    [
      graph.matMul(byRow, toRows),
      graph.transpose(graph.matMul(byColumn, toColumns), [0, 1, 3, 2, 4]),
      graph.matMul(byRow, toClass),
    ],
    4,
  ); // [batch, heads, row, column, marks]
  const flat = graph.reshape(wishes, [-1, heads, grid * grid, 2 * grid + 1]);
  return graph.pad(flat, [0, 0, 1, 0], [0, 0, 0, 0]);
}

/** The values' position vectors, weighted by attention: `[batch, heads, tokens, head width]`. */
function writePositions(graph: GraphBuilder, sums: Value, layer: RelativeAttentionLayer): Value {
  const { name, heads, headWidth, grid, valuePositions } = layer;
  const tokens = 1 + grid * grid;
  const ofPatches = graph.reshape(graph.slice(sums, 2, 1), [-1, heads, grid, grid, 2 * grid + 1]);
  const [rows, columns, classSum] = graph.split(ofPatches, 4, [grid, grid, 1]) as [
    Value,
    Value,
    Value,
  ];
  const fromRows = graph.constant(
    `${name}.valueRows`,
    [grid, grid, headWidth],
    perLine(valuePositions.vertical, grid, headWidth, "width last"),
  );
  const fromColumns = graph.constant(
    `${name}.valueColumns`,
    [grid, grid, headWidth],
    perLine(valuePositions.horizontal, grid, headWidth, "width last"),
  );
  const fromClass = graph.constant(`${name}.valueClass`, [1, headWidth], valuePositions.classToken);
  const byColumn = graph.matMul(graph.transpose(columns, [0, 1, 3, 2, 4]), fromColumns);
  const vectors = graph.add(
    graph.add(graph.matMul(rows, fromRows), graph.transpose(byColumn, [0, 1, 3, 2, 4])),
    graph.matMul(classSum, fromClass),
  );
  const flat = graph.reshape(vectors, [-1, heads, grid * grid, headWidth]);
  const ofClass = new Float32Array(tokens * headWidth);
  ofClass.set(valuePositions.classToken);
  return graph.add(
    graph.pad(flat, [0, 0, 1, 0], [0, 0, 0, 0]),
    graph.constant(`${name}.valueOfClass`, [1, 1, tokens, headWidth], ofClass),
  );
}

/** For each token ones at its row, its column or the last place: `[tokens, 2 * grid + 1]`. */
function marksOf(grid: number): Float32Array {
  const width = 2 * grid + 1;
  const marks = new Float32Array((1 + grid * grid) * width);
  marks[width - 1] = 1;
  for (let patch = 0; patch < grid * grid; patch++) {
    const start = (1 + patch) * width;
    marks[start + Math.floor(patch / grid)] = 1;
    marks[start + grid + (patch % grid)] = 1;
  }
  return marks;
}

/** `[tokens, head width + marks]`: zeros, then the marks. */
function withMarks(marks: Float32Array, tokens: number, headWidth: number): Float32Array {
  const marksWidth = marks.length / tokens;
  const padded = new Float32Array(tokens * (headWidth + marksWidth));
  for (let token = 0; token < tokens; token++) {
    padded.set(
      marks.subarray(token * marksWidth, (token + 1) * marksWidth),
      token * (headWidth + marksWidth) + headWidth,
    );
  }
  return padded;
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] as number;
    }
  }
  return result;
}

/**
 * For a query on line `own` the vectors of all lines of keys, cut from the table by distance:
 * `[own, width, line]` or `[own, line, width]`.
 */
function perLine(
  table: RelativePositions["vertical"],
  grid: number,
  width: number,
  order: "width first" | "width last",
): Float32Array {
  const result = new Float32Array(grid * grid * width);
  for (let own = 0; own < grid; own++) {
    for (let line = 0; line < grid; line++) {
      const from = (line - own + grid - 1) * width;
      for (let channel = 0; channel < width; channel++) {
        const to =
          order === "width first"
            ? (own * width + channel) * grid + line
            : (own * grid + line) * width + channel;
        result[to] = table[from + channel] as number;
      }
    }
  }
  return result;
}
