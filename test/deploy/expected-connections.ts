/** Who calls whom in every overlay. */
const always = [
  "client -> coordinator:7000",
  "client -> dns:53",
  "client -> nats:4222",
  "coordinator -> dns:53",
  "coordinator -> evaluator:7003",
  "coordinator -> generator:7002",
  "coordinator -> nats:4222",
  "coordinator -> navigator:7001",
  "evaluator -> dns:53",
  // The deletion cost of its own pod.
  "evaluator -> kubernetes API:443",
  "evaluator -> kubernetes API:6443",
  "evaluator -> nats:4222",
  "generator -> dns:53",
  // Endpoints of language models.
  "generator -> internet:443",
  "nats -> dns:53",
  "navigator -> dns:53",
  "navigator -> internet:443",
  "stranger -> dns:53",
];

/** What the components of an overlay add. */
const further: Readonly<Record<string, readonly string[]>> = {
  laptop: ["docker host -> coordinator:7000"],
  // Supernets from object storage.
  "single-gpu": ["evaluator -> internet:443"],
  production: [
    "coordinator -> otel-collector:4318",
    "evaluator -> internet:443",
    "evaluator -> otel-collector:4318",
    "generator -> otel-collector:4318",
    "generator -> vllm:8000",
    "keda -> nats:8222",
    "nats -> nats:6222",
    "navigator -> otel-collector:4318",
    "navigator -> vllm:8000",
    "otel-collector -> dns:53",
    // Where traces end.
    "otel-collector -> internet:443",
    "otel-collector -> monitoring:4318",
    "monitoring -> coordinator:9464",
    "monitoring -> evaluator:9464",
    "monitoring -> generator:9464",
    "monitoring -> navigator:9464",
    "vllm -> dns:53",
    // Weights.
    "vllm -> internet:443",
  ],
};

/** Every connection that an overlay's policies shall let through; undefined for an unknown overlay. */
export function expectedConnections(overlay: string): readonly string[] | undefined {
  const added = further[overlay];
  return added && [...always, ...added].sort();
}
