import type { RelativePositions } from "./transformer-layers.js";

// Constants of attention with relative positions, see write-attention.ts. `grid` is patches along a
// side; "line" stands for a row or a column of patches.

/** For each token ones at its row and at its column: `[tokens, 2 * grid]`. The class token has none. */
export function marksOf(grid: number): Float32Array {
  const width = 2 * grid;
  const marks = new Float32Array((1 + grid * grid) * width);
  for (let patch = 0; patch < grid * grid; patch++) {
    const start = (1 + patch) * width;
    marks[start + Math.floor(patch / grid)] = 1;
    marks[start + grid + (patch % grid)] = 1;
  }
  return marks;
}

/** `[head width + 2 * grid, tokens]`: zeros where keys are, below them the marks. */
export function marksBelowKeys(grid: number, headWidth: number): Float32Array {
  const marks = marksOf(grid);
  const width = 2 * grid;
  const tokens = 1 + grid * grid;
  const result = new Float32Array((headWidth + width) * tokens);
  for (let token = 0; token < tokens; token++) {
    for (let mark = 0; mark < width; mark++) {
      result[(headWidth + mark) * tokens + token] = marks[token * width + mark] as number;
    }
  }
  return result;
}

/** The vertical vectors without the class token's: each pair of patches has exactly one of them. */
export function verticalFromClass({ vertical, classToken }: RelativePositions): Float32Array {
  return vertical.map((value, i) => value - (classToken[i % classToken.length] as number));
}

/**
 * For a query on line `own` the vectors of all lines of keys, cut from a table by distance:
 * `[own, width, line]` or `[own, line, width]`.
 */
export function perLine(
  table: Float32Array,
  grid: number,
  order: "width first" | "width last",
): Float32Array {
  const width = table.length / (2 * grid - 1);
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
