import { type CostKind, type Limits, limitedCost, type SearchSpace } from "@collm/search-space";
import { type CostRow, type CostTable, costTables } from "./cost-table.js";
import { limitsInWords } from "./task-words.js";

/**
 * Costs of each choice at each position of a network, in percent of the limit, so that a model which
 * cannot count multiply-accumulates can add up what it writes. A table for each limit; empty where
 * nothing is limited. It follows from the space alone, so it tells no result.
 */
export function costHint(space: SearchSpace, limits: Limits): string {
  const given = (Object.keys(limitedCost) as (keyof Limits)[]).flatMap((limit) => {
    const allowed = limits[limit];
    return allowed === undefined ? [] : [{ limit, kind: limitedCost[limit], allowed }];
  });
  return given
    .map(({ limit, kind, allowed }) => {
      const table = tablesInWords(space, kind, allowed);
      return given.length === 1 ? table : `${limitsInWords({ [limit]: allowed })}:\n${table}`;
    })
    .join("\n\n");
}

function tablesInWords(space: SearchSpace, kind: CostKind, allowed: number): string {
  return costTables(space, kind)
    .map((table) => tableInWords(table, allowed))
    .join("\n");
}

function tableInWords({ at, fixed, rows, factors }: CostTable, allowed: number): string {
  const percent = (cost: number): string => String(Number(((100 * cost) / allowed).toFixed(2)));
  const lines = [
    `${at ? `With ${at.gene} ${at.value}: ` : ""}${percent(fixed)} for what is always there, and for each position that runs:`,
    ...rows.map((row) => rowInWords(row, percent)),
  ];
  for (const { gene, entries } of factors) {
    const words = entries.map(({ value, factor }) => `${value}: ${factor.toFixed(2)}`);
    lines.push(`The sum times a factor for ${gene}: ${words.join(", ")}.`);
  }
  return lines.join("\n");
}

/** `- ks/e at 1-3: 3/3 1.2, 3/4 1.56, ...`. */
function rowInWords(
  { positions, genes, entries }: CostRow,
  percent: (cost: number) => string,
): string {
  const where =
    genes.length > 0 ? `${genes.join("/")} at ${rangesOf(positions)}` : rangesOf(positions);
  const costs = entries.map(({ values, cost }) => `${values.join("/")} ${percent(cost)}`);
  return `- ${where}: ${costs.join(", ")}`;
}

/** `1-3, 5` of 1, 2, 3, 5; names stay names. */
function rangesOf(positions: readonly (number | string)[]): string {
  const ranges: { first: number | string; last: number | string }[] = [];
  for (const position of positions) {
    const range = ranges.at(-1);
    if (range && typeof position === "number" && range.last === position - 1) range.last = position;
    else ranges.push({ first: position, last: position });
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(", ");
}
