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
  laptop: [],
};

/** Every connection that an overlay's policies shall let through; undefined for an unknown overlay. */
export function expectedConnections(overlay: string): readonly string[] | undefined {
  const added = further[overlay];
  return added && [...always, ...added].sort();
}
