import { randomUUID } from "node:crypto";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { idGenerator } from "./fixed-ids.js";
import { switchTracing } from "./switch.js";

type Env = Readonly<Record<string, string | undefined>>;

export interface TracingOptions {
  /** `service.name`, unless `OTEL_SERVICE_NAME` says another. */
  readonly service: string;
  readonly version: string;
  /** `OTEL_*`; the SDK itself reads samplers, batches, limits and headers from `process.env`. */
  readonly env: Env;
  /** Told in one sentence why spans are not exported; the same is told once in a row. */
  readonly onProblem: (problem: string) => void;
}

export interface Tracing {
  /** Exports what is left, for three seconds at most. Never throws. */
  stop(): Promise<void>;
}

const flushMs = 3_000;
const protocols = ["http/protobuf", "http/json"] as const;

/**
 * Switches traces on if the standard variables ask for it: `OTEL_EXPORTER_OTLP_ENDPOINT` (or
 * `…_TRACES_ENDPOINT`), or `OTEL_TRACES_EXPORTER=otlp` for a collector on this machine. Otherwise
 * nothing of the SDK is even loaded, and all spans are the API's, which do nothing.
 */
export async function startTracing(options: TracingOptions): Promise<Tracing | undefined> {
  const { env, service, version } = options;
  const onProblem = onceInARow(options.onProblem);
  const protocol = protocolOf(env, onProblem);
  if (protocol === undefined) return undefined;
  diag.setLogger(problemLogger(onProblem), DiagLogLevel.WARN);
  const [sdk, resources, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/sdk-trace-node"),
    import("@opentelemetry/resources"),
    protocol === "http/json"
      ? import("@opentelemetry/exporter-trace-otlp-http")
      : import("@opentelemetry/exporter-trace-otlp-proto"),
  ]);
  const own = resources.resourceFromAttributes({
    "service.name": service,
    "service.namespace": "collm",
    "service.version": version,
    "service.instance.id": randomUUID(),
  });
  const provider = new sdk.NodeTracerProvider({
    idGenerator,
    resource: resources
      .defaultResource()
      .merge(own)
      .merge(resources.detectResources({ detectors: [resources.envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  switchTracing(true, env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT === "true");
  return {
    stop: async () => {
      switchTracing(false);
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, flushMs);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), over]);
      clearTimeout(timer);
    },
  };
}

/** How spans are sent; undefined if they are not. */
function protocolOf(
  env: Env,
  onProblem: (problem: string) => void,
): (typeof protocols)[number] | undefined {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const exporter = env.OTEL_TRACES_EXPORTER || (endpoint ? "otlp" : "none");
  if (env.OTEL_SDK_DISABLED === "true" || exporter === "none") return undefined;
  const refuse = (name: string, value: string, allowed: string): undefined =>
    onProblem(`${name}: got "${value}", allowed is ${allowed}; traces are off`) as undefined;
  if (exporter !== "otlp") return refuse("OTEL_TRACES_EXPORTER", exporter, "otlp or none");
  const name = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL
    ? "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
    : "OTEL_EXPORTER_OTLP_PROTOCOL";
  const wanted = env[name] || "http/protobuf";
  return (
    protocols.find((protocol) => protocol === wanted) ??
    refuse(name, wanted, protocols.join(" or "))
  );
}

function problemLogger(onProblem: (problem: string) => void) {
  const tell = (message: string): void => onProblem(`traces: ${sentenceOf(message)}`);
  const nothing = (): void => undefined;
  return { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing };
}

/** The SDK tells errors as JSON with their stacks. */
function sentenceOf(message: string): string {
  try {
    const { message: sentence } = JSON.parse(message);
    return typeof sentence === "string" ? `cannot be exported: ${sentence}` : message;
  } catch {
    return message;
  }
}

/** A collector that is away is no news every five seconds. */
function onceInARow(tell: (problem: string) => void): (problem: string) => void {
  let told: string | undefined;
  return (problem) => {
    if (problem !== told) tell(problem);
    told = problem;
  };
}
