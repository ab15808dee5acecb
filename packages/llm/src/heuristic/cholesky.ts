/**
 * Dense symmetric positive definite systems, small enough (one row per trial) for the plain
 * algorithm. A matrix is an array of rows.
 */
export interface CholeskyFactor {
  /** Solves `A x = b`. */
  solve(b: readonly number[]): number[];
  /** Solves `L x = b`, the half solve that quadratic forms `b' A^-1 b = |x|^2` need. */
  halfSolve(b: readonly number[]): number[];
  /** The logarithm of the determinant of A. */
  readonly logDeterminant: number;
}

/** Factors `A = L L'`. Throws RangeError when A is not positive definite. */
export function cholesky(matrix: readonly (readonly number[])[]): CholeskyFactor {
  const n = matrix.length;
  const lower: Float64Array[] = [];
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(n);
    for (let j = 0; j <= i; j++) {
      const other = j === i ? row : (lower[j] as Float64Array);
      let sum = at(matrix, i, j);
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      if (j < i) {
        row[j] = sum / (other[j] as number);
        continue;
      }
      if (!(sum > 0)) throw new RangeError(`cholesky: pivot ${i} is ${sum}, must be positive`);
      row[i] = Math.sqrt(sum);
      logDeterminant += Math.log(sum);
    }
    lower.push(row);
  }

  const halfSolve = (b: readonly number[]): number[] => {
    const x: number[] = [];
    for (let i = 0; i < n; i++) {
      const row = lower[i] as Float64Array;
      let sum = b[i] as number;
      for (let k = 0; k < i; k++) sum -= (row[k] as number) * (x[k] as number);
      x.push(sum / (row[i] as number));
    }
    return x;
  };
  const solve = (b: readonly number[]): number[] => {
    const x = halfSolve(b);
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i] as number;
      for (let k = i + 1; k < n; k++) sum -= at(lower, k, i) * (x[k] as number);
      x[i] = sum / at(lower, i, i);
    }
    return x;
  };
  return { solve, halfSolve, logDeterminant };
}

function at(rows: readonly ArrayLike<number>[], i: number, j: number): number {
  return (rows[i] as ArrayLike<number>)[j] as number;
}
