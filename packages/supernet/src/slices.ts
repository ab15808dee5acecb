/**
 * The leading rows and columns `[:rows, :columns]` of a row-major matrix; a view where that is
 * contiguous, else a copy.
 */
export function leadingBlock(
  matrix: Float32Array,
  matrixColumns: number,
  rows: number,
  columns: number,
): Float32Array {
  if (columns === matrixColumns) return matrix.subarray(0, rows * columns);
  return gatherRows(matrix, matrixColumns, columns, rows, (row) => row);
}

/** The leading columns of chosen rows: row i of the result is row `source(i)` of the matrix. */
export function gatherRows(
  matrix: Float32Array,
  matrixColumns: number,
  columns: number,
  rows: number,
  source: (row: number) => number,
): Float32Array {
  const block = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const start = source(row) * matrixColumns;
    block.set(matrix.subarray(start, start + columns), row * columns);
  }
  return block;
}
