import type { Spread } from "@collm/statistics";
import { fixed, grouped } from "../../markdown.js";

/** `median (smallest–largest)`. */
export function inBrackets({ median, min, max }: Spread, decimals: number): string {
  const text = decimals === 0 ? grouped : (value: number) => fixed(value, decimals);
  return `${text(median)} (${text(min)}–${text(max)})`;
}
