import { best, budgetSpent, type SearchState } from "@collm/search";
import type { Metrics } from "@collm/telemetry";

/**
 * Gauges of the searches that are driven here. None of them is named, since a label for each would be a time
 * series for each: they show the one that is worst off, or best.
 *
 * @param nowMs milliseconds since 1970
 */
export function observeRunning(
  metrics: Metrics,
  running: () => readonly SearchState[],
  nowMs: () => number,
): void {
  const count = metrics.gauge({ name: "searches_running", help: "Searches that are driven here" });
  const quiet = metrics.gauge({
    name: "search_quiet_seconds",
    help: "Longest time since a search's last event, over those driven here; 0 without any",
  });
  const budgetUsed = metrics.gauge({
    name: "search_budget_used_ratio",
    help: "Largest used share of a budget, over the searches driven here: evaluations, tokens or money",
    labels: ["budget"],
  });
  const accuracy = metrics.gauge({
    name: "best_accuracy_ratio",
    help: "Best validation top-1 accuracy, over the searches driven here",
    labels: ["supernet"],
  });
  metrics.beforeRender(() => {
    const states = running();
    count.set(states.length);
    const lastMs = states.map(({ lastAt }) =>
      lastAt === undefined ? nowMs() : Date.parse(lastAt),
    );
    quiet.set(Math.max(0, ...lastMs.map((ms) => (nowMs() - ms) / 1000)));
    budgetUsed.reset();
    for (const [budget, share] of largest(states.flatMap(budgetsOf))) {
      budgetUsed.set({ budget }, share);
    }
    accuracy.reset();
    for (const [supernet, ratio] of largest(states.flatMap(accuracyOf))) {
      accuracy.set({ supernet }, ratio);
    }
  });
}

type Share = readonly [label: string, value: number];

function budgetsOf(state: SearchState): readonly Share[] {
  if (!state.started) return [];
  const { budget, maxLlmTokens, maxLlmCost } = state.started.config;
  const { tokens, cost } = state.llm.total;
  return [
    ["evaluations", budgetSpent(state) / budget],
    ...(maxLlmTokens === undefined ? [] : [["llm-tokens", tokens / maxLlmTokens] as const]),
    ...(maxLlmCost === undefined ? [] : [["llm-cost", cost / maxLlmCost] as const]),
  ];
}

function accuracyOf(state: SearchState): readonly Share[] {
  const top1Percent = best(state)?.status.result.top1Percent;
  if (!state.started || top1Percent === undefined) return [];
  return [[state.started.supernet.name, top1Percent / 100]];
}

/** The largest value of each label. */
function largest(shares: readonly Share[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const [label, value] of shares) found.set(label, Math.max(value, found.get(label) ?? value));
  return found;
}
