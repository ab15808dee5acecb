/**
 * The first line of a strategy that says something: headings ("# SUMMARY") and list marks are
 * passed over. Empty for a strategy of headings only.
 */
export function strategyHeadline(strategy: string): string {
  const lines = strategy.split("\n").map((line) => line.replace(/^[#*\s>-]+/, "").trim());
  return lines.find((line) => line !== "" && !/^[A-Z ]+[:*]*$/.test(line)) ?? "";
}
