import type { SearchEvent } from "@collm/search";
import { describe, expect, it } from "vitest";
import { viewJournal } from "../journal-view.js";
import { renderReport } from "../render-report.js";
import { runFixture } from "../testing/fixture.js";
import { buildResult } from "./build.js";
import { ledgerOf } from "./ledger.js";
import { searchResultSchema } from "./schema.js";

/** The fixture with a price on every request. */
async function priced(cost: number | undefined): Promise<readonly SearchEvent[]> {
  const events = await runFixture({ config: { budget: 60, maxLlmTokens: 1_000_000 } });
  return events.map((event) =>
    "exchanges" in event
      ? { ...event, exchanges: event.exchanges.map((exchange) => ({ ...exchange, cost })) }
      : event,
  ) as readonly SearchEvent[];
}

describe("ledgerOf", () => {
  it("adds up: rounds and strategies are parts of the whole", async () => {
    const events = await priced(0.01);
    const ledger = ledgerOf(viewJournal(events));
    if (!ledger) throw new Error("models were asked");
    const sum = (parts: readonly { tokens: number; cost?: number | undefined }[]) => ({
      tokens: parts.reduce((tokens, part) => tokens + part.tokens, 0),
      cost: Number(parts.reduce((cost, part) => cost + (part.cost ?? 0), 0).toFixed(6)),
    });
    const { tokens, cost } = ledger.total;
    expect(sum(ledger.perIteration)).toEqual({ tokens, cost });
    expect(sum(ledger.perStrategy)).toEqual({ tokens, cost });
    expect(cost).toBeCloseTo(0.01 * ledger.total.requests, 6);
    const rejected = events.filter(({ type }) => type === "CandidateRejected").length;
    expect(ledger.rejected.candidates).toBe(rejected);
    expect(rejected).toBeGreaterThan(0);
    expect(ledger.rejected.tokens).toBeLessThan(tokens);
  });

  it("tells what a tenth of a point cost after the first round", async () => {
    const view = viewJournal(await priced(undefined));
    const ledger = ledgerOf(view);
    const { perIteration } = buildResult(view.events);
    const bests = perIteration.map(({ validation }) => validation.bestSoFarTop1Percent ?? 0);
    const gain = (bests.at(-1) ?? 0) - (bests[0] ?? 0);
    expect(gain).toBeGreaterThan(0);
    const after = ledger?.perIteration.slice(1).reduce((sum, { tokens }) => sum + tokens, 0) ?? 0;
    expect(ledger?.perTenthPoint?.tokens).toBe(Math.round((after * 0.1) / gain));
    // Without prices there is no sum that looks like one.
    expect(ledger?.total).not.toHaveProperty("cost");
  });

  it("forecasts only while the search goes on, and is absent without a model", async () => {
    const events = await priced(0.01);
    expect(ledgerOf(viewJournal(events))).not.toHaveProperty("forecast");
    const half = events.slice(0, events.length / 2);
    const open = ledgerOf(viewJournal(half));
    expect(open?.forecast?.tokens).toBeGreaterThan(open?.total.tokens ?? 0);
    const random = await runFixture({ config: { searcher: "random", budget: 5 } });
    expect(buildResult(random)).not.toHaveProperty("ledger.total");
  });

  it("is in result.json and in the report", async () => {
    const events = await priced(0.01);
    const result = buildResult(events);
    expect(searchResultSchema.parse(JSON.parse(JSON.stringify(result))).ledger).toEqual(
      JSON.parse(JSON.stringify(result.ledger)),
    );
    const page = renderReport(events).replaceAll("\u00a0", " ");
    expect(page).toContain("What language models were paid for");
    expect(page).toContain('<td class="number">1 M</td>');
  });
});
