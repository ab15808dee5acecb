import { setTimeout as delay } from "node:timers/promises";
import type { QueueLoad } from "@collm/events";
import type { Metrics } from "@collm/telemetry";

/** A page must come before Prometheus gives up. */
const patienceMs = 2_000;

const texts: Readonly<Record<keyof QueueLoad, { readonly name: string; readonly help: string }>> = {
  waiting: { name: "work_waiting", help: "Evaluations in the work queue that nobody has taken" },
  underWay: { name: "work_under_way", help: "Evaluations of the work queue that evaluators have" },
  untouched: {
    name: "work_untouched",
    help: "Evaluations of pools without evaluators, and that wait where none is under way",
  },
  redelivered: {
    name: "work_redelivered",
    help: "Evaluations under way or waiting that were given to an evaluator before",
  },
  deadLetters: { name: "dead_letters", help: "Evaluations that were given up" },
  evaluators: { name: "evaluators", help: "Evaluators that announce themselves" },
  slots: { name: "evaluator_slots", help: "Evaluations that they can do at the same time" },
  storageBytes: {
    name: "nats_storage_bytes",
    help: "What NATS keeps in files for the account: journals, results, work",
  },
  storageLimitBytes: {
    name: "nats_storage_limit_bytes",
    help: "How much NATS may keep in files for the account, where its configuration limits that",
  },
};

/**
 * Gauges of the work queue, read whenever the page is asked for. All coordinators tell the same, so
 * take the maximum over them. While NATS does not answer they are not on the page.
 */
export function observeQueue(metrics: Metrics, read: () => Promise<QueueLoad>): void {
  const reachable = metrics.gauge({
    name: "nats_up",
    help: `Whether NATS tells the queue's load within ${patienceMs / 1000} s: 1 or 0`,
  });
  const gauges = Object.entries(texts).map(
    ([key, text]) => [key as keyof QueueLoad, metrics.gauge(text)] as const,
  );
  metrics.beforeRender(async () => {
    const patience = new AbortController();
    const load = await Promise.race([
      read().catch(() => undefined),
      delay(patienceMs, undefined, { signal: patience.signal }),
    ]);
    patience.abort();
    reachable.set(load ? 1 : 0);
    for (const [key, gauge] of gauges) {
      const value = load?.[key];
      if (value === undefined) gauge.remove();
      else gauge.set(value);
    }
  });
}
