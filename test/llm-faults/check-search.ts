import { buildResult, renderReport } from "@collm/report";
import {
  type Exchange,
  exchangesOf,
  foldEvents,
  isLlmRequest,
  replaySearch,
  type SearchEvent,
} from "@collm/search";
import type { Served } from "./faulty-endpoint.js";

/** A search that has ended, and everything that is known of it beside its journal. */
export interface EndedSearch {
  readonly events: readonly SearchEvent[];
  readonly served: Readonly<Record<"navigator" | "generator", readonly Served[]>>;
  /** Planted keys. */
  readonly secrets: readonly string[];
  /** The services' logs and metrics pages. */
  readonly records: string;
}

/** What is wrong with the search; empty if nothing is. */
export async function checkSearch(search: EndedSearch): Promise<readonly string[]> {
  const { events } = search;
  const { divergence, reproduced } = await replaySearch(events);
  const isIdentical = divergence === undefined && reproduced === events.length;
  return [
    ...endProblems(events),
    ...funnelProblems(events),
    ...ledgerProblems(search),
    ...(isIdentical ? [] : [`the replay parts after event ${reproduced}`]),
    ...secretProblems(search),
  ];
}

function endProblems(events: readonly SearchEvent[]): readonly string[] {
  const { status, best, finishReason } = buildResult(events);
  const most = Math.max(
    ...events.map((event) =>
      event.type === "EvaluationCompleted" ? event.result.top1Percent : -1,
    ),
  );
  return [
    ...(status === "finished" ? [] : [`it is ${status}`]),
    ...(finishReason === "budget" || finishReason === "iterations"
      ? []
      : [`it ended by ${finishReason}`]),
    ...(best?.validation.top1Percent === most
      ? []
      : [`its best is ${best?.validation.top1Percent}, the best result ${most}`]),
  ];
}

function funnelProblems(events: readonly SearchEvent[]): readonly string[] {
  const { funnel, rejections } = buildResult(events);
  const { proposed, parsed, legal, novel, feasible, evaluated } = funnel;
  const steps = [proposed, parsed, legal, novel, feasible, evaluated];
  const isMonotone = steps.every((count, i) => i === 0 || count <= (steps[i - 1] as number));
  const candidates = foldEvents(events).iterations.flatMap((record) => record.candidates ?? []);
  const rejected = Object.values(rejections).reduce((sum, count) => sum + count, 0);
  const unevaluated = candidates.filter(({ status }) => status.kind !== "evaluated").length;
  return [
    ...(isMonotone ? [] : [`the funnel grows: ${steps.join(", ")}`]),
    ...(rejected === unevaluated
      ? []
      : [`${unevaluated} not evaluated, ${rejected} with a reason`]),
  ];
}

/** Result, journal and endpoints count the same requests and tokens. */
function ledgerProblems({ events, served }: EndedSearch): readonly string[] {
  const { llm, ledger } = buildResult(events);
  const problems: string[] = [];
  const same = (what: string, ...values: readonly number[]): void => {
    const [first = 0, ...others] = values;
    const isSame = others.every((value) => Math.abs(value - first) < 1e-6 * Math.max(1, first));
    if (!isSame) problems.push(`${what}: ${values.join(" and ")}`);
  };
  const all: Exchange[] = [];
  for (const role of ["navigator", "generator"] as const) {
    const exchanges = events
      .map(exchangesOf)
      .flatMap((event) => (event.role === role ? event.exchanges : []))
      .filter(isLlmRequest);
    all.push(...exchanges);
    const counted = llm[role] ?? { requests: 0, failed: 0, inputTokens: 0, outputTokens: 0 };
    same(`requests of the ${role}`, exchanges.length, counted.requests);
    same(`failed requests of the ${role}`, failedIn(exchanges), counted.failed);
    same(`tokens of the ${role}`, tokensIn(exchanges), counted.inputTokens + counted.outputTokens);
    problems.push(...againstEndpoint(role, exchanges, served[role]));
  }
  const rounds = ledger?.perIteration ?? [];
  const sum = (of: (entry: (typeof rounds)[number]) => number): number =>
    rounds.reduce((total, entry) => total + of(entry), 0);
  const cost = all.reduce((total, exchange) => total + (exchange.cost ?? 0), 0);
  same(
    "requests in the ledger",
    all.length,
    ledger?.total.requests ?? 0,
    sum((e) => e.requests),
  );
  same(
    "tokens in the ledger",
    tokensIn(all),
    ledger?.total.tokens ?? 0,
    sum((e) => e.tokens),
  );
  same("cost in the ledger", cost, ledger?.total.cost ?? 0);
  return problems;
}

/**
 * A role asks one thing at a time, so its exchanges are the requests that the endpoint saw, in order, each
 * with the tokens that were reported for it.
 */
function againstEndpoint(
  role: string,
  exchanges: readonly Exchange[],
  served: readonly Served[],
): readonly string[] {
  const problems: string[] = [];
  const left = [...served];
  for (const exchange of exchanges) {
    const body = JSON.stringify(Object(exchange.request).body);
    const isNext = JSON.stringify(left[0]?.request.body) === body;
    // A request that the deadline ended may not have arrived, or its answer may have come too late.
    const isLate = exchange.error?.includes("no answer within") ?? false;
    const { usage } = exchange;
    if (!isNext) {
      if (!isLate) problems.push(`an exchange of the ${role} never reached its endpoint`);
      continue;
    }
    const reported = left.shift()?.reportedTokens ?? 0;
    const journaled = usage.isEstimated === true ? 0 : tokensIn([exchange]);
    if (journaled !== reported && !(isLate && journaled === 0)) {
      problems.push(
        `the ${role}'s endpoint reported ${reported} tokens, journaled are ${journaled}`,
      );
    }
  }
  return left.length === 0
    ? problems
    : [...problems, `${left.length} requests of the ${role} are in no exchange`];
}

function failedIn(exchanges: readonly Exchange[]): number {
  return exchanges.filter(({ error }) => error !== undefined).length;
}

function tokensIn(exchanges: readonly Exchange[]): number {
  return exchanges.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0);
}

function secretProblems({ events, records, secrets }: EndedSearch): readonly string[] {
  const everything =
    JSON.stringify(events) + JSON.stringify(buildResult(events)) + renderReport(events) + records;
  return secrets.flatMap((secret, i) =>
    everything.includes(secret)
      ? [`planted key ${i + 1} is in journal, result, report or logs`]
      : [],
  );
}
