import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { type RequestOptions, request } from "node:https";
import { join } from "node:path";
import type { PodEnv } from "@collm/config";
import { CollmError } from "@collm/errors";

/** More of an error's page is not read. */
const maxErrorCharacters = 4_096;

/**
 * Sets annotations of a pod at the API server (merge patch; others stay). Token and certificate
 * authority are read each time, because Kubernetes rotates them.
 *
 * @param timeoutMs how long it may take altogether
 * @throws CollmError unavailable, in one sentence without the token
 */
export async function annotatePod(
  pod: PodEnv,
  annotations: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<void> {
  const { name, namespace, apiHost, serviceAccountDir } = pod;
  if (apiHost === undefined) {
    throw new CollmError("unavailable", "KUBERNETES_SERVICE_HOST is not set");
  }
  try {
    const [token, ca] = await Promise.all([
      readFile(join(serviceAccountDir, "token"), "utf8"),
      readFile(join(serviceAccountDir, "ca.crt")),
    ]);
    const body = JSON.stringify({ metadata: { annotations } });
    const response = await send(body, {
      host: apiHost,
      port: pod.apiPort,
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`,
      method: "PATCH",
      ca,
      // A connection that is kept would stay with the certificate authority of its beginning.
      agent: false,
      headers: {
        authorization: `Bearer ${token.trim()}`,
        "content-type": "application/merge-patch+json",
        "content-length": Buffer.byteLength(body),
        accept: "application/json",
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    await readAnswer(response);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CollmError("unavailable", `PATCH of pod ${namespace}/${name}: ${reason}`);
  }
}

function send(body: string, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(options, resolve).on("error", reject).end(body);
  });
}

/** Throws what the API server says is wrong. */
async function readAnswer(response: IncomingMessage): Promise<void> {
  const { statusCode = 0 } = response;
  const isDone = statusCode >= 200 && statusCode < 300;
  let text = "";
  for await (const piece of response.setEncoding("utf8")) {
    if (text.length < maxErrorCharacters) text += piece;
  }
  if (!isDone) throw new Error(`status ${statusCode}: ${messageIn(text)}`);
}

/** The sentence of a Kubernetes `Status`; the text itself where it is none. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === "string") return message;
  } catch {
    // A proxy's page.
  }
  return text.slice(0, 200).replace(/\s+/g, " ").trim() || "no reason";
}
