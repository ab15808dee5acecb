import type { Exchange, SearchEvent } from "./events.js";

/** What requests to language models used. */
export interface Spending {
  /** Every request that was sent, failed ones and repetitions too. */
  readonly requests: number;
  /** Input and output; cached input and reasoning are parts of them. */
  readonly tokens: number;
  /** In the currency of the prices that the roles were given; requests without a price add nothing. */
  readonly cost: number;
  /** Requests of models that have no price. */
  readonly unpricedRequests: number;
  readonly seconds: number;
}

export const nothingSpent: Spending = {
  requests: 0,
  tokens: 0,
  cost: 0,
  unpricedRequests: 0,
  seconds: 0,
};

/** What a search has spent on language models, as far as the next decision needs it. */
export interface LlmSpending {
  readonly total: Spending;
  /** The dearest answer so far, all its attempts together. */
  readonly mostTokens: number;
  readonly mostCost: number;
}

export const nothingSpentYet: LlmSpending = { total: nothingSpent, mostTokens: 0, mostCost: 0 };

/** The role that an event's exchanges were made for, and those exchanges. */
export function exchangesOf(event: SearchEvent): {
  readonly role: "navigator" | "generator";
  readonly exchanges: readonly Exchange[];
} {
  switch (event.type) {
    case "StrategyProposed":
      return { role: "navigator", exchanges: event.exchanges };
    case "CandidatesProposed":
      // A Navigator that is alone writes the candidates too.
      return {
        role: event.origin === "navigator" ? "navigator" : "generator",
        exchanges: event.exchanges,
      };
    case "Degraded":
      return { role: event.role, exchanges: event.exchanges };
    default:
      return { role: "navigator", exchanges: [] };
  }
}

/** Whether a language model was asked; the heuristic journals what it answers, too. */
export function isLlmRequest({ backend }: Exchange): boolean {
  return backend !== "heuristic";
}

/** The sum of what these exchanges used. */
export function spendingOf(exchanges: readonly Exchange[]): Spending {
  return exchanges.filter(isLlmRequest).reduce(
    (sum, { usage, cost, seconds }) => ({
      requests: sum.requests + 1,
      tokens: sum.tokens + usage.inputTokens + usage.outputTokens,
      cost: sum.cost + (cost ?? 0),
      unpricedRequests: sum.unpricedRequests + (cost === undefined ? 1 : 0),
      seconds: sum.seconds + seconds,
    }),
    nothingSpent,
  );
}

export function addSpending(a: Spending, b: Spending): Spending {
  return {
    requests: a.requests + b.requests,
    tokens: a.tokens + b.tokens,
    cost: a.cost + b.cost,
    unpricedRequests: a.unpricedRequests + b.unpricedRequests,
    seconds: a.seconds + b.seconds,
  };
}

/** The spending after one more event. */
export function withSpending(before: LlmSpending, event: SearchEvent): LlmSpending {
  const { exchanges } = exchangesOf(event);
  if (exchanges.length === 0) return before;
  const spent = spendingOf(exchanges);
  return {
    total: addSpending(before.total, spent),
    mostTokens: Math.max(before.mostTokens, spent.tokens),
    mostCost: Math.max(before.mostCost, spent.cost),
  };
}
