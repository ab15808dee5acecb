/** A table of cells as written. */
export interface Table {
  readonly title: string;
  /** Said below the title, in whole sentences. */
  readonly note?: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Leading columns that are text and not numbers; default one. */
  readonly textColumns?: number;
}

/** The table in Markdown, aligned as formatters do it: text to the left, numbers to the right. */
export function tableMarkdown({
  header,
  rows,
  textColumns = 1,
}: Omit<Table, "title" | "note">): string {
  const widths = header.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const pad = (cell: string, column: number): string =>
    column < textColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (cells: readonly string[]): string => `| ${cells.map(pad).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    column < textColumns ? "-".repeat(width) : `${"-".repeat(width - 1)}:`,
  );
  return [line(header), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** A number with fixed decimals, or a dash where there is none. */
export function fixed(value: number, decimals = 2): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : "–";
}

/** The same with its sign. */
export function signed(value: number, decimals = 2): string {
  return value > 0 ? `+${fixed(value, decimals)}` : fixed(value, decimals);
}

/** A whole number with thousands separated, e.g. 12,345. */
export function grouped(value: number): string {
  return Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : "–";
}

/** `91.06 ± 0.34`. */
export function withSpread(centre: number, sd: number): string {
  return Number.isFinite(sd) ? `${fixed(centre)} ± ${fixed(sd)}` : fixed(centre);
}

/** `+0.12 to +0.34`. */
export function intervalInWords([low, high]: readonly [number, number]): string {
  return Number.isFinite(low) ? `${signed(low)} to ${signed(high)}` : "–";
}

/** A p-value: three decimals, or that it is smaller. */
export function pValue(p: number): string {
  if (!Number.isFinite(p)) return "–";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
