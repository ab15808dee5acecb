import type { Architecture, SearchSpace } from "@collm/search-space";
import { type Html, html } from "../html/markup.js";

interface GeneValue {
  readonly value: string;
  readonly isActive: boolean;
}

/** Genes of one name, e.g. all of `ks[0]`, `ks[1]`, ...; `values` has one entry for `r`. */
interface GeneGroup {
  readonly name: string;
  readonly dimension: string;
  readonly isIndexed: boolean;
  readonly values: readonly GeneValue[];
}

/**
 * The genes of an architecture as tables, for any space. Indexed genes share a table with one
 * row per index of the shortest list; longer lists are divided evenly among the rows, as blocks
 * are among stages. A list that does not divide evenly gets a table of its own.
 */
export function geneTables(space: SearchSpace, architecture: Architecture): Html {
  const groups = groupGenes(space, architecture);
  const single = groups.filter((group) => !group.isIndexed);
  const indexed = groups.filter((group) => group.isIndexed);
  const rows = Math.min(...indexed.map((group) => group.values.length));
  const even = indexed.filter((group) => group.values.length % rows === 0);
  const uneven = indexed.filter((group) => group.values.length % rows !== 0);
  return html`${
    single.length > 0 &&
    html`<p>${single.map(
      ({ dimension, name, values }, i) =>
        html`${i > 0 && ", "}${dimension} <code>${name}</code> <strong>${values.map(({ value }) => value)}</strong>`,
    )}</p>`
  }${even.length > 0 && table(even, rows)}${uneven.map((group) => table([group], group.values.length))}`;
}

function groupGenes(space: SearchSpace, { choices }: Architecture): readonly GeneGroup[] {
  const groups = new Map<string, GeneGroup & { readonly values: GeneValue[] }>();
  space.genes.forEach((gene, i) => {
    const [, name = gene.name, index] = /^(.*)\[(\d+)\]$/.exec(gene.name) ?? [];
    const group = groups.get(name) ?? {
      name,
      dimension: gene.dimension,
      isIndexed: index !== undefined,
      values: [],
    };
    group.values.push({
      value: String(gene.choices[choices[i] ?? 0]),
      isActive: space.isActive(i, choices),
    });
    groups.set(name, group);
  });
  return [...groups.values()];
}

function table(groups: readonly GeneGroup[], rows: number): Html {
  const isDivided = groups.some((group) => group.values.length > rows);
  return html`<div class="scroll"><table class="genes">
<caption>Choices by ${isDivided ? "stage; a dash is a skipped block" : "position"}</caption>
<thead><tr><th scope="col">${isDivided ? "stage" : "position"}</th>${groups.map(
    ({ dimension, name }) =>
      html`<th scope="col">${dimension}${name && html` <code>${name}</code>`}</th>`,
  )}</tr></thead>
<tbody>${Array.from(
    { length: rows },
    (_, row) => html`<tr><th scope="row">${row}</th>${groups.map(
      ({ values }) => html`<td>${cells(values, row, values.length / rows)}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

function cells(values: readonly GeneValue[], row: number, width: number): readonly Html[] {
  return values
    .slice(row * width, (row + 1) * width)
    .map(({ value, isActive }) =>
      isActive ? html`<span class="gene">${value}</span>` : html`<span class="gene off">–</span>`,
    );
}
