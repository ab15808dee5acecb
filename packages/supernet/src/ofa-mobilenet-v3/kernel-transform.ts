/**
 * Makes smaller depthwise kernels from larger: the centre of the large kernel, flattened row by row
 * and multiplied by a learned matrix whose rows belong to the taps of the small one.
 *
 * `kernels` is `[channels, 1, from, from]`, `matrix` `[to * to, to * to]`; gives `[channels, 1, to, to]`.
 * One matrix serves all channels, so transforming all and cutting leading channels later is the same
 * as the reverse. Sums are double precision, rounded once.
 */
export function shrinkKernels(
  kernels: Float32Array,
  from: number,
  to: number,
  matrix: Float32Array,
): Float32Array {
  const channels = kernels.length / (from * from);
  const area = to * to;
  const margin = (from - to) / 2;
  const shrunk = new Float32Array(channels * area);
  const centre = new Float64Array(area);
  for (let channel = 0; channel < channels; channel++) {
    for (let tap = 0; tap < area; tap++) {
      const y = Math.floor(tap / to) + margin;
      const x = (tap % to) + margin;
      centre[tap] = kernels[(channel * from + y) * from + x] as number;
    }
    for (let row = 0; row < area; row++) {
      let sum = 0;
      for (let tap = 0; tap < area; tap++) {
        sum += (matrix[row * area + tap] as number) * (centre[tap] as number);
      }
      shrunk[channel * area + row] = sum;
    }
  }
  return shrunk;
}
