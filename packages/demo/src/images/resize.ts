/**
 * Area filter: each output pixel is the mean of the source area it covers. Sums run in one fixed order with IEEE
 * double arithmetic, so that the bytes are the same everywhere.
 */

interface Span {
  /** First source pixel the output pixel touches. */
  readonly first: number;
  /** Share of each touched source pixel; sums to 1. */
  readonly shares: readonly number[];
}

function spansOf(from: number, to: number): readonly Span[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const low = i * scale;
    const high = (i + 1) * scale;
    const first = Math.floor(low);
    const last = Math.min(from, Math.ceil(high));
    const shares: number[] = [];
    for (let s = first; s < last; s += 1) {
      shares.push((Math.min(high, s + 1) - Math.max(low, s)) / scale);
    }
    return { first, shares };
  });
}

const spanCache = new Map<number, readonly Span[]>();

function cachedSpans(from: number, to: number): readonly Span[] {
  const key = from * 4096 + to;
  let spans = spanCache.get(key);
  if (spans === undefined) {
    spans = spansOf(from, to);
    spanCache.set(key, spans);
  }
  return spans;
}

/**
 * Shrinks a square RGB image.
 *
 * @param source bytes [from, from, 3]
 * @param target receives bytes [to, to, 3]
 */
export function resizeArea(source: Uint8Array, from: number, target: Uint8Array, to: number): void {
  if (from === to) {
    target.set(source);
    return;
  }
  const spans = cachedSpans(from, to);
  // Rows first: [to, from, 3], then columns.
  const rows = new Float64Array(to * from * 3);
  spans.forEach(({ first, shares }, y) => {
    shares.forEach((share, j) => {
      const line = (first + j) * from * 3;
      for (let i = 0; i < from * 3; i += 1) {
        rows[y * from * 3 + i] = (rows[y * from * 3 + i] ?? 0) + share * (source[line + i] ?? 0);
      }
    });
  });
  for (let y = 0; y < to; y += 1) {
    spans.forEach(({ first, shares }, x) => {
      for (let c = 0; c < 3; c += 1) {
        let sum = 0;
        for (let j = 0; j < shares.length; j += 1) {
          sum += (shares[j] ?? 0) * (rows[(y * from + first + j) * 3 + c] ?? 0);
        }
        target[(y * to + x) * 3 + c] = Math.floor(sum + 0.5);
      }
    });
  }
}
