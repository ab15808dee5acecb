import type { TargetSummary } from "./summarise.js";
import type { Table } from "./table.js";

/**
 * One table of all targets: their rows one after the other, with the target in a second column. A
 * single target is named in the title. None without targets.
 */
export function acrossTargets(
  summaries: readonly TargetSummary[],
  tableOf: (summary: TargetSummary) => Table,
): readonly Table[] {
  const tables = summaries.map((summary) => ({ name: summary.target.name, ...tableOf(summary) }));
  const [first, ...others] = tables;
  if (!first) return [];
  const { name, ...alone } = first;
  if (others.length === 0) return [{ ...alone, title: `${alone.title} on ${name}` }];
  const [label = "", ...columns] = first.header;
  return [
    {
      ...alone,
      textColumns: 2,
      header: [label, "on", ...columns],
      rows: tables.flatMap((table) =>
        table.rows.map(([cell = "", ...cells]) => [cell, table.name, ...cells]),
      ),
    },
  ];
}
