import { readTlsEnv } from "@collm/config";
import { openTls, type Tls } from "@collm/rpc";

/**
 * The mutual TLS with which services elsewhere are talked to: `COLLM_TLS_CERT_FILE`, `COLLM_TLS_KEY_FILE` and
 * `COLLM_TLS_CA_FILE`. Undefined, plaintext, where the environment names no files.
 *
 * @throws CollmError in one sentence if files are missing or cannot be used
 */
export function clientTls(): Tls | undefined {
  const files = readTlsEnv(process.env);
  return files && openTls(files);
}
