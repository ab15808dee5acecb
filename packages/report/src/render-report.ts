import type { SearchEvent } from "@collm/search";
import { formatPlural } from "./html/format.js";
import { html } from "./html/markup.js";
import { page } from "./html/page.js";
import { viewJournal } from "./journal-view.js";
import { resultOf } from "./result/build.js";
import { candidatesHeading, candidatesSection } from "./sections/candidates.js";
import { chartsSection } from "./sections/charts.js";
import { finding, headline } from "./sections/headline.js";
import { rejectionsSection } from "./sections/rejections.js";
import type { ReportOptions, ReportSource } from "./sections/report-source.js";
import { reproductionSection } from "./sections/reproduction.js";
import { strategiesHeading, strategiesSection } from "./sections/strategies.js";
import { usageSection } from "./sections/usage.js";
import { winnerSection } from "./sections/winner.js";

/**
 * One self-contained HTML page about a search, at any point of it: no network, complete without
 * scripts, the same bytes for the same events.
 *
 * @throws RangeError if the journal holds no SearchStarted.
 */
export function renderReport(events: readonly SearchEvent[], options: ReportOptions = {}): string {
  const view = viewJournal(events);
  const result = resultOf(view);
  const source: ReportSource = {
    view,
    result,
    options: {
      runDirectory: options.runDirectory ?? `runs/${result.searchId}`,
      supernetManifest: options.supernetManifest ?? "SUPERNET.yaml",
      command: options.command ?? "collm",
    },
  };
  return page(
    `${finding(result)} · ${result.searchId}`,
    html`${headline(source)}
<nav aria-label="Sections"><a href="#progress">Progress</a> <a href="#winner">Winner</a> <a href="#strategies">${strategiesHeading(view)}</a> <a href="#candidates">${candidatesHeading}</a> <a href="#rejections">Not evaluated</a> <a href="#usage">Cost of the search</a> <a href="#reproduction">Reproduction</a></nav>
<main>
${chartsSection(source)}
${winnerSection(source)}
${strategiesSection(source)}
${candidatesSection(source)}
${rejectionsSection(source)}
${usageSection(source)}
${reproductionSection(source)}
</main>
<footer><p>Folded from ${formatPlural(result.events, "event")} of the journal of search ${result.searchId}; nothing else went into this page.</p></footer>`,
  );
}
