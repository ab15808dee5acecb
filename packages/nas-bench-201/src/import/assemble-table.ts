import { edges, nasBench201DataSets } from "@collm/search-space";
import { accuracyColumn } from "../benchmark.js";
import { type Epochs, rowColumns, schedules } from "../columns.js";
import type { TableContent } from "../table.js";
import type { TableRow } from "./table-row.js";

/** What a table has for one data set and schedule. */
export interface ResultSummary {
  readonly dataSet: string;
  readonly epochs: Epochs;
  /** Highest mean accuracies in percent; null where there is none. */
  readonly bestValidation: number | null;
  readonly bestTest: number | null;
  /** Test accuracy of the architecture that is best in validation. */
  readonly testOfBestValidation: number | null;
}

/** Puts rows together, in the official order. Columns of which nothing is known are left out. */
export function assembleTable(
  rows: readonly TableRow[],
  provenance: Readonly<Record<string, string>>,
): TableContent {
  const ordered = rows.toSorted((a, b) => a.index - b.index);
  const architectures = new Uint8Array(ordered.length * edges.length);
  ordered.forEach(({ choices }, i) => void architectures.set(choices, i * edges.length));
  const columns = new Map<string, Float64Array<ArrayBuffer>>();
  rowColumns.forEach((name, position) => {
    const column = Float64Array.from(ordered, ({ values }) => values[position] ?? Number.NaN);
    if (!column.every(Number.isNaN)) columns.set(name, column);
  });
  return { architectures, columns, provenance };
}

/** The optima of each data set and schedule that a table has results of; the first of equal ones counts. */
export function summariseResults({ columns }: TableContent): readonly ResultSummary[] {
  return nasBench201DataSets.flatMap((dataSet) =>
    schedules.flatMap((epochs) => {
      const validation = columns.get(accuracyColumn(dataSet, epochs, "validation"));
      const test = columns.get(accuracyColumn(dataSet, epochs, "test"));
      if (!validation && !test) return [];
      const bestRow = validation ? rowOfHighest(validation) : -1;
      return [
        {
          dataSet,
          epochs,
          bestValidation: numberOrNull(validation?.[bestRow]),
          bestTest: test ? numberOrNull(test[rowOfHighest(test)]) : null,
          testOfBestValidation: numberOrNull(test?.[bestRow]),
        },
      ];
    }),
  );
}

function rowOfHighest(column: Float64Array): number {
  return column.reduce(
    (best, value, row) => (value > (column[best] ?? Number.NEGATIVE_INFINITY) ? row : best),
    -1,
  );
}

function numberOrNull(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
