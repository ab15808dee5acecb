import type { Metrics } from "@collm/telemetry";
import type { Tls } from "./open-tls.js";

/** A gauge of when the own certificate in use ends; without TLS it has no value. */
export function observeCertificate(metrics: Metrics, tls: Tls | undefined): void {
  const notAfter = metrics.gauge({
    name: "tls_certificate_not_after_timestamp_seconds",
    help: "When the certificate that this service shows ends, as Unix time",
  });
  notAfter.remove();
  if (tls) metrics.beforeRender(() => notAfter.set(tls.certificateEndsAtMs / 1000));
}
