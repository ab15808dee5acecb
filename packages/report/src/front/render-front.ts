import { drawChart } from "../charts/svg.js";
import {
  costWords,
  formatAlignedQuantity,
  formatCount,
  formatPercent,
  formatPlural,
} from "../html/format.js";
import { type Html, html } from "../html/markup.js";
import { page } from "../html/page.js";
import { limitWords } from "../sections/wording.js";
import type { FrontView } from "./build-front.js";
import { frontChart, searchStep } from "./front-chart.js";
import type { SearchFront } from "./schema.js";

export interface FrontPageOptions {
  /** Reports of the searches by id, relative to the page; without one a search has no link. */
  readonly reports?: Readonly<Record<string, string>>;
}

/** One self-contained HTML page about the common front of several searches; rules as for a report. */
export function renderFront(view: FrontView, options: FrontPageOptions = {}): string {
  const { front, trials } = view;
  const title = `${formatPlural(front.front.length, "subnet")} on the front of ${formatPlural(front.searches.length, "search", "searches")}`;
  return page(
    `${title} · ${front.supernet.name}`,
    html`<header>
<p class="eyebrow">Searches of <strong>${front.supernet.name}</strong> (${front.supernet.family})</p>
<h1>${title}</h1>
<p class="lead">${formatPlural(front.networks, "different subnet")} were evaluated. A result that one search had measured was taken from the store by the others, where it still counted against their budgets.</p>
${
  front.supernet.isSynthetic &&
  html`<p class="notice warn"><strong>Synthetic accuracies.</strong> They come from a formula, not from images: they show how the searches behave and say nothing about networks.</p>`
}
</header>
<main>
${
  trials.length === 0
    ? html`<p>No evaluation is in the journals yet, so there is nothing to plot.</p>`
    : html`<section id="front" aria-labelledby="front-heading">
<h2 id="front-heading">Front</h2>
<figure>
<figcaption><h3>${frontChart(view).title}</h3></figcaption>
${drawChart(frontChart(view))}
<div class="legend"><ul>
${front.searches.map(
  ({ limits }, place) =>
    html`<li><i class="dot" style="background:var(--ramp-${searchStep(place, front.searches.length)})" aria-hidden="true"></i> ${limitWords(limits)}</li>
`,
)}<li><i class="line front" aria-hidden="true"></i> Pareto front</li>
<li><i class="dot ring" aria-hidden="true"></i> winner of a search</li>
</ul><p class="muted">A subnet that several searches evaluated has the colour of the tightest limit. Dashed lines are limits.</p></div>
</figure>
${frontTable(front)}
</section>`
}
<section id="searches" aria-labelledby="searches-heading">
<h2 id="searches-heading">Searches</h2>
${searchesTable(front, options.reports ?? {})}
</section>
</main>
<footer><p>Folded from the journals of these searches; nothing else went into this page. Evaluation context <code>${front.digests.context}</code>.</p></footer>`,
  );
}

function searchesTable(front: SearchFront, reports: Readonly<Record<string, string>>): Html {
  const { cost } = front;
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">search</th><th scope="col">limit</th><th scope="col">status</th><th scope="col" class="number">evaluated</th><th scope="col" class="number">from the store</th><th scope="col" class="number">best validation top-1</th><th scope="col" class="number">its ${costWords[cost].name}</th></tr></thead>
<tbody>${front.searches.map(({ searchId, limits, status, evaluations, best }) => {
    const link = reports[searchId];
    return html`<tr><th scope="row">${link === undefined ? searchId : html`<a href="${link}">${searchId}</a>`}</th><td>${limitWords(limits)}</td><td>${status}</td><td class="number">${formatCount(evaluations.evaluated)}</td><td class="number">${formatCount(evaluations.fromStore)}</td><td class="number">${best ? formatPercent(best.validation.top1Percent) : "none"}</td><td class="number">${best ? formatAlignedQuantity(best.cost[cost]) : "–"}</td></tr>
`;
  })}</tbody></table></div>`;
}

function frontTable({ front, cost }: SearchFront): Html {
  return html`<div class="scroll"><table class="sortable">
<caption>The front, cheapest first</caption>
<thead><tr><th scope="col" class="number">${costWords[cost].name}</th><th scope="col" class="number">validation top-1</th><th scope="col">evaluated by</th><th scope="col">architecture</th></tr></thead>
<tbody>${front.map(
    (point) =>
      html`<tr><td class="number" data-value="${point.cost[cost]}">${formatAlignedQuantity(point.cost[cost])}</td><td class="number" data-value="${point.validation.top1Percent}">${formatPercent(point.validation.top1Percent)}</td><td>${point.searchIds.join(", ")}</td><td><code>${point.canonical}</code></td></tr>
`,
  )}</tbody></table></div>`;
}
