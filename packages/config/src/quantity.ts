const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/**
 * Reads a count with an optional decimal suffix: `330M`, `1.2M`, `23e6`, `900k`.
 *
 * @returns undefined when the text is no positive whole count.
 */
export function parseQuantity(text: string | number): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([kMG]?)\s*$/.exec(String(text));
  if (!match) return undefined;
  const value = Math.round(Number(match[1]) * (factors[match[2] ?? ""] as number));
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** Writes a count the way people say it: `330 M`, `1.23 M`, `900 k`. */
export function formatQuantity(value: number): string {
  for (const [suffix, factor] of Object.entries(factors).reverse()) {
    if (value >= factor && factor > 1) return `${trimmed(value / factor)} ${suffix}`;
  }
  return String(value);
}

function trimmed(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, "");
}
