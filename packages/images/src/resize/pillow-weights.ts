/**
 * Weights of Pillow's resampling (`libImaging/Resample.c`, version 9.4) along one axis: the filter
 * is stretched by the reduction factor, which is what makes it antialiased.
 */
export interface PillowWeights {
  /** First source index of each output, `[outputs]`. */
  readonly starts: Int32Array;
  /** Number of source pixels of each output, `[outputs]`. */
  readonly lengths: Int32Array;
  /** Fixed-point weights with `precisionBits` fractional bits, `[outputs, stride]`. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Fractional bits of the weights: 8 bits of pixel and 2 of headroom leave 22 of 32. */
export const precisionBits = 22;

interface Filter {
  /** Half width, in output pixels. */
  readonly support: number;
  weight(distance: number): number;
}

/** Catmull-Rom's parameter, Pillow's choice (OpenCV's and PyTorch's bicubic use -0.75). */
const a = -0.5;

const filters = {
  bilinear: {
    support: 1,
    weight: (distance) => {
      const t = Math.abs(distance);
      return t < 1 ? 1 - t : 0;
    },
  },
  bicubic: {
    support: 2,
    weight: (distance) => {
      const t = Math.abs(distance);
      if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
      return t < 2 ? (((t - 5) * t + 8) * t - 4) * a : 0;
    },
  },
} as const satisfies Record<string, Filter>;

export type PillowFilter = keyof typeof filters;

/**
 * Weights for the outputs `[first, first + count)` of `outSize`, from `inSize` source pixels. All
 * arithmetic is double, in the original's order, until the rounding to fixed point.
 */
export function pillowWeights(
  filterName: PillowFilter,
  inSize: number,
  outSize: number,
  first: number,
  count: number,
): PillowWeights {
  const filter: Filter = filters[filterName];
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const reciprocal = 1 / filterScale;

  const starts = new Int32Array(count);
  const lengths = new Int32Array(count);
  const weights = new Int32Array(count * stride);
  const exact = new Float64Array(stride);
  for (let output = 0; output < count; output++) {
    const centre = (first + output + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - support + 0.5), 0);
    const length = Math.min(Math.trunc(centre + support + 0.5), inSize) - start;
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const weight = filter.weight((i + start - centre + 0.5) * reciprocal);
      exact[i] = weight;
      sum += weight;
    }
    for (let i = 0; i < length; i++) {
      const fixed = ((exact[i] as number) / sum) * 2 ** precisionBits;
      // Rounds half away from zero.
      weights[output * stride + i] = Math.trunc(fixed < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    starts[output] = start;
    lengths[output] = length;
  }
  return { starts, lengths, weights, stride };
}
