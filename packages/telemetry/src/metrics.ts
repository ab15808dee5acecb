import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { collmVersion } from "./version.js";

/** Seconds; from a loopback call to an evaluation on a large supernet. */
const durationBucketsSeconds = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300];

/** What every metric says about itself. */
export interface MetricText<Label extends string> {
  /** Without the prefix `collm_`; ends in its unit, e.g. `rpc_server_duration_seconds`. */
  readonly name: string;
  /** Default `collm_`; names that come from a convention have none. */
  readonly prefix?: "collm_" | "" | undefined;
  readonly help: string;
  readonly labels?: readonly Label[];
}

/**
 * The metrics of one service in a registry of their own, so that several services (and tests) can
 * live in one process. Asking for a name again gives the same metric.
 */
export interface Metrics {
  readonly contentType: string;
  counter<Label extends string = never>(text: MetricText<Label>): Counter<Label>;
  gauge<Label extends string = never>(text: MetricText<Label>): Gauge<Label>;
  /** Default buckets suit durations in seconds from 1 ms to 5 minutes. */
  histogram<Label extends string = never>(
    text: MetricText<Label> & { readonly buckets?: readonly number[] },
  ): Histogram<Label>;
  /** `work` is done before each rendering, e.g. to set gauges; what it throws is ignored. */
  beforeRender(work: () => void | Promise<void>): void;
  /** Everything in the Prometheus text format. */
  render(): Promise<string>;
}

/**
 * Metrics with the prefix `collm_` and the label `service`; process metrics (memory, CPU, garbage
 * collection), the event-loop delay (`collm_nodejs_eventloop_lag_*_seconds`) and
 * `collm_build_info` are included.
 */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, prefix: "collm_" });

  const works: (() => void | Promise<void>)[] = [];

  function once<M>(text: MetricText<string>, create: (name: string) => M): M {
    const fullName = `${text.prefix ?? "collm_"}${text.name}`;
    const known = registry.getSingleMetric(fullName);
    return known === undefined ? create(fullName) : (known as M);
  }
  const common = <Label extends string>(text: MetricText<Label>) => ({
    help: text.help,
    labelNames: text.labels ?? [],
    registers: [registry],
  });

  const made: Metrics = {
    contentType: registry.contentType,
    counter: (text) => once(text, (name) => new Counter({ ...common(text), name })),
    gauge: (text) => once(text, (name) => new Gauge({ ...common(text), name })),
    histogram: (text) =>
      once(
        text,
        (name) =>
          new Histogram({
            ...common(text),
            name,
            buckets: [...(text.buckets ?? durationBucketsSeconds)],
          }),
      ),
    beforeRender: (work) => {
      works.push(work);
    },
    render: async () => {
      await Promise.allSettled(works.map(async (work) => work()));
      return await registry.metrics();
    },
  };
  made
    .gauge({
      name: "build_info",
      help: "Always 1; what runs here is in the labels",
      labels: ["version", "node_version"],
    })
    .set({ version: collmVersion, node_version: process.versions.node }, 1);
  return made;
}
