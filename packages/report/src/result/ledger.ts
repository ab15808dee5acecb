import {
  addSpending,
  bestOf,
  evaluatedOf,
  exchangesOf,
  forecastSpending,
  type IterationRecord,
  nothingSpent,
  type SearchEvent,
  type Spending,
  spendingOf,
} from "@collm/search";
import type { JournalView } from "../journal-view.js";
import type { Amount, Ledger } from "./ledger-schema.js";
import { money } from "./money.js";

/**
 * What language models were paid for, folded from the journal: by iteration and by strategy, for candidates that
 * were not evaluated, and for each 0.1 points of accuracy. Undefined where no language model was asked.
 */
export function ledgerOf({ events, state, started }: JournalView): Ledger | undefined {
  const { total } = state.llm;
  const { maxLlmTokens, maxLlmCost } = started.config;
  if (total.requests === 0) return undefined;
  const paid = paidByIteration(events);
  const entries = state.iterations.map((record) => {
    const paidFor = paid.get(record.index) ?? [];
    const spending = paidFor.map(spendingIn).reduce(addSpending, nothingSpent);
    return { record, spending, rejected: rejectedIn(record, paidFor) };
  });
  const rejected = entries.reduce(
    (sum, entry) => ({
      candidates: sum.candidates + entry.rejected.candidates,
      spending: addSpending(sum.spending, entry.rejected.spending),
    }),
    { candidates: 0, spending: nothingSpent },
  );
  const forecast = state.phase === "finished" ? undefined : forecastSpending(state);
  return {
    total: entryOf(total),
    budget: { tokens: maxLlmTokens, cost: maxLlmCost },
    ...(forecast && {
      forecast: {
        tokens: forecast.tokens,
        ...(isPriced(total) ? { cost: money(forecast.cost) } : {}),
      },
    }),
    perIteration: entries.map(({ record, spending }) => ({
      index: record.index,
      ...entryOf(spending),
    })),
    perStrategy: strategiesOf(entries),
    rejected: { candidates: rejected.candidates, ...amountOf(rejected.spending) },
    perTenthPoint: perTenthPoint(entries),
  };
}

interface Entry {
  readonly record: IterationRecord;
  readonly spending: Spending;
}

/** Events with requests, by the round that they were made for. */
function paidByIteration(
  events: readonly SearchEvent[],
): ReadonlyMap<number, readonly SearchEvent[]> {
  const paid = new Map<number, SearchEvent[]>();
  for (const event of events) {
    if (!("iteration" in event) || exchangesOf(event).exchanges.length === 0) continue;
    const before = paid.get(event.iteration);
    if (before) before.push(event);
    else paid.set(event.iteration, [event]);
  }
  return paid;
}

function spendingIn(event: SearchEvent): Spending {
  return spendingOf(exchangesOf(event).exchanges);
}

/** The share of answers that went into candidates which were not evaluated. */
function rejectedIn(record: IterationRecord, paidFor: readonly SearchEvent[]) {
  const wasted = new Set(
    (record.candidates ?? [])
      .filter(({ status }) => status.kind === "rejected" || status.kind === "failed")
      .map(({ id }) => id),
  );
  let candidates = 0;
  let spending = nothingSpent;
  for (const event of paidFor) {
    if (event.type !== "CandidatesProposed") continue;
    const spent = spendingIn(event);
    if (spent.requests === 0) continue;
    const count = event.candidates.filter(({ id }) => wasted.has(id)).length;
    candidates += count;
    spending = addSpending(spending, scaled(spent, count / Math.max(1, event.candidates.length)));
  }
  return { candidates, spending };
}

/** A strategy with all rounds in which it was in force. */
function strategiesOf(entries: readonly Entry[]): Ledger["perStrategy"] {
  const strategies: Ledger["perStrategy"] = [];
  let bestSoFar: number | undefined;
  let open: { from: number; entries: Entry[]; before: number | undefined } | undefined;
  const close = (): void => {
    if (!open) return;
    const { from, before } = open;
    const spending = open.entries.map((entry) => entry.spending).reduce(addSpending, nothingSpent);
    strategies.push({
      iteration: from,
      iterations: open.entries.length,
      evaluated: evaluatedOf(open.entries.map(({ record }) => record)).length,
      ...entryOf(spending),
      ...(before === undefined || bestSoFar === undefined
        ? {}
        : { gainPoints: points(bestSoFar - before) }),
    });
  };
  for (const entry of entries) {
    if (!open || entry.record.strategy !== undefined) {
      close();
      open = { from: entry.record.index, entries: [], before: bestSoFar };
    }
    open.entries.push(entry);
    const top1Percent = bestOf(evaluatedOf([entry.record]))?.status.result.top1Percent;
    if (top1Percent !== undefined) bestSoFar = Math.max(bestSoFar ?? 0, top1Percent);
  }
  close();
  return strategies;
}

/** What each 0.1 points cost that were won after the first round with a result; absent if none was. */
function perTenthPoint(entries: readonly Entry[]): Amount | undefined {
  const bests = entries.map(
    ({ record }) => bestOf(evaluatedOf([record]))?.status.result.top1Percent,
  );
  const first = bests.findIndex((top1Percent) => top1Percent !== undefined);
  const from = bests[first];
  if (from === undefined) return undefined;
  const gain = Math.max(...bests.map((top1Percent) => top1Percent ?? 0)) - from;
  if (gain <= 0) return undefined;
  const spent = entries
    .slice(first + 1)
    .map(({ spending }) => spending)
    .reduce(addSpending, nothingSpent);
  return amountOf(scaled(spent, 0.1 / gain));
}

function entryOf(spending: Spending) {
  const { requests, seconds } = spending;
  return { requests, ...amountOf(spending), seconds: Math.round(seconds * 1_000) / 1_000 };
}

function amountOf(spending: Spending): Amount {
  const tokens = Math.round(spending.tokens);
  return isPriced(spending) ? { tokens, cost: money(spending.cost) } : { tokens };
}

/** Requests without a price make a sum a lower bound; without any price there is no sum. */
function isPriced({ requests, unpricedRequests }: Spending): boolean {
  return requests > 0 && unpricedRequests < requests;
}

function scaled(spending: Spending, factor: number): Spending {
  return {
    ...spending,
    tokens: spending.tokens * factor,
    cost: spending.cost * factor,
    seconds: spending.seconds * factor,
  };
}

function points(difference: number): number {
  return Math.round(difference * 1e4) / 1e4;
}
