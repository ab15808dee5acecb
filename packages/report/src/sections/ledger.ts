import { formatCount, formatDuration, formatQuantity } from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import type { Amount, Ledger } from "../result/ledger-schema.js";

/** Strategies that are listed; a longer search's are summed up in `result.json`. */
const maxRows = 60;

/** What language models were paid for: sums, and by strategy. */
export function ledgerTables(ledger: Ledger): Html {
  const { total, budget, forecast, rejected, perTenthPoint, perStrategy } = ledger;
  const isPriced = total.cost !== undefined;
  const shown = perStrategy.slice(0, maxRows);
  return html`<div class="columns">
<table>
<caption>What language models were paid for</caption>
<thead><tr><td></td><th scope="col" class="number">tokens</th>${isPriced && html`<th scope="col" class="number">cost</th>`}</tr></thead>
<tbody>
${sumRow("all requests", total, isPriced)}${sumRow(`candidates that were not evaluated (${formatCount(rejected.candidates)})`, rejected, isPriced)}${
  perTenthPoint && sumRow("each 0.1 points after the first round", perTenthPoint, isPriced)
}${forecast && sumRow("forecast for the whole search", forecast, isPriced)}${
  (budget.tokens !== undefined || budget.cost !== undefined) &&
  html`<tr><th scope="row">budget</th><td class="number">${budget.tokens === undefined ? "–" : formatQuantity(budget.tokens)}</td>${isPriced && html`<td class="number">${budget.cost === undefined ? "–" : formatMoney(budget.cost)}</td>`}</tr>
`
}</tbody></table>
</div>
<div class="scroll"><table>
<caption>By strategy${perStrategy.length > shown.length && html`, the first ${formatCount(shown.length)} of ${formatCount(perStrategy.length)}`}</caption>
<thead><tr><th scope="col" class="number">from iteration</th><th scope="col" class="number">iterations</th><th scope="col" class="number">requests</th><th scope="col" class="number">tokens</th>${isPriced && html`<th scope="col" class="number">cost</th>`}<th scope="col" class="number">time</th><th scope="col" class="number">evaluated</th><th scope="col" class="number">points won</th></tr></thead>
<tbody>${shown.map(
    (entry) =>
      html`<tr><td class="number">${entry.iteration}</td><td class="number">${entry.iterations}</td><td class="number">${formatCount(entry.requests)}</td><td class="number">${formatCount(entry.tokens)}</td>${isPriced && html`<td class="number">${money(entry)}</td>`}<td class="number">${formatDuration(entry.seconds)}</td><td class="number">${formatCount(entry.evaluated)}</td><td class="number">${entry.gainPoints === undefined ? "–" : entry.gainPoints.toFixed(2)}</td></tr>
`,
  )}</tbody></table></div>`;
}

function sumRow(term: string, amount: Amount, isPriced: boolean): Html {
  return html`<tr><th scope="row">${term}</th><td class="number">${formatCount(amount.tokens)}</td>${isPriced && html`<td class="number">${money(amount)}</td>`}</tr>
`;
}

function money({ cost }: Amount): string {
  return cost === undefined ? "–" : formatMoney(cost);
}

/** In whatever currency the prices are: four digits, since a request costs fractions of a cent. */
export function formatMoney(amount: number): string {
  return amount === 0
    ? "0"
    : amount >= 100
      ? amount.toFixed(2)
      : String(Number(amount.toPrecision(4)));
}
