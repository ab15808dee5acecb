import type { CostKind } from "@collm/search-space";

/** Between a number and its unit, so that a line never breaks there. */
const nbsp = "\u00a0";

/** The words for each cost, as axis names, column heads and units. */
export const costWords = {
  macs: { name: "MACs", unit: "MACs", axis: "MACs of one forward pass" },
  officialFlops: {
    name: "official FLOPs",
    unit: "FLOPs",
    axis: "official FLOPs of one forward pass",
  },
  paramsCount: { name: "parameters", unit: "parameters", axis: "parameters" },
} as const satisfies Record<CostKind, Readonly<Record<"name" | "unit" | "axis", string>>>;

/** `1,234,567`. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `85.31 %`. */
export function formatPercent(value: number): string {
  return `${value.toFixed(2)}${nbsp}%`;
}

/** `3 evaluations`, `1 evaluation`. */
export function formatPlural(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)}${nbsp}${count === 1 ? singular : plural}`;
}

/** Four significant digits with a decimal prefix, e.g. `329.9 M` or `1.2 M`; small counts stay whole. */
export function formatQuantity(value: number): string {
  return prefixed(value, (digits) => String(Number(digits)));
}

/** {@link formatQuantity} with all four digits, `1.200 M`, for columns of numbers. */
export function formatAlignedQuantity(value: number): string {
  return prefixed(value, (digits) => digits);
}

function prefixed(value: number, trim: (digits: string) => string): string {
  const [divisor, prefix] =
    value >= 999_950_000
      ? [1e9, "G"]
      : value >= 999_950
        ? [1e6, "M"]
        : value >= 10_000
          ? [1e3, "k"]
          : [1, ""];
  if (prefix === "") return formatCount(value);
  return `${trim((value / divisor).toPrecision(4))}${nbsp}${prefix}`;
}

/** `1.23 M MACs`. */
export function formatCost(value: number, kind: CostKind): string {
  return `${formatQuantity(value)}${nbsp}${costWords[kind].unit}`;
}

/** `0.42 s`, `12.3 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return `0${nbsp}s`;
  if (seconds < 10) return `${seconds.toFixed(2)}${nbsp}s`;
  if (seconds < 60) return `${seconds.toFixed(1)}${nbsp}s`;
  const units = [
    { length: 86_400, large: "d", small: "h", step: 3_600 },
    { length: 3_600, large: "h", small: "min", step: 60 },
    { length: 60, large: "min", small: "s", step: 1 },
  ] as const;
  for (const { length, large, small, step } of units) {
    // Rounded before it is split, so that 119.7 s is 2 min and not 1 min 60 s.
    const rounded = Math.round(seconds / step) * step;
    if (rounded < length) continue;
    const whole = Math.floor(rounded / length);
    return `${whole}${nbsp}${large} ${(rounded - whole * length) / step}${nbsp}${small}`;
  }
  return `${Math.round(seconds)}${nbsp}s`;
}

/** Share of a limit, e.g. `99.5 %`, rounded down so that only what fills a limit has 100 %. */
export function formatShareOfLimit(cost: number, limit: number): string {
  return `${Math.floor((1_000 * cost) / limit) / 10}${nbsp}%`;
}

/** Two significant digits, e.g. `0.0037 GPU-days`. */
export function formatDays(days: number, device: "GPU" | "CPU"): string {
  const text = days === 0 ? "0" : days < 10 ? String(Number(days.toPrecision(2))) : days.toFixed(0);
  return `${text}${nbsp}${device}-days`;
}

/** `2026-07-29 14:03:12 UTC`. */
export function formatInstant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${nbsp}UTC`;
}

/** `a, b and c`. */
export function formatList(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
