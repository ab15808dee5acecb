/** Rounded to a millionth: what floating point adds beyond was never charged. */
export function money(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
