/** A Markdown table; the first column is text, the others are aligned right. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, column) => (column === 0 ? "---" : "---:"));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}

/** A number with fixed decimals, or a dash where there is none. */
export function fixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : "–";
}

/** A whole number with thousands separated, e.g. 12,345. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}
