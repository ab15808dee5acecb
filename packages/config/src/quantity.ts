const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9 };

/** Written in either case: nobody counts networks in thousandths. */
const factorOf: ReadonlyMap<string, number> = new Map(
  Object.entries(factors).map(([suffix, factor]) => [suffix.toLowerCase(), factor]),
);

/** 1.1G is no whole double; this much is rounding, more is a fraction that somebody wrote. */
const roundingShare = 1e-9;

/**
 * Reads a count with an optional decimal suffix: `330M`, `1.2m`, `23e6`, `900k`.
 *
 * @returns undefined when the text is no positive whole count.
 */
export function parseQuantity(text: string | number): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?(?:e\d+)?)\s*([kmg]?)\s*$/i.exec(String(text));
  if (!match) return undefined;
  const [, digits = "", suffix = ""] = match;
  const exact = Number(digits) * (factorOf.get(suffix.toLowerCase()) ?? 1);
  const value = Math.round(exact);
  const isWhole = Math.abs(exact - value) <= exact * roundingShare;
  return isWhole && Number.isSafeInteger(value) && value > 0 ? value : undefined;
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
