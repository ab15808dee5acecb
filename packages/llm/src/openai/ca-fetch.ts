import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { rootCertificates } from "node:tls";

/**
 * `fetch` that also trusts certificates of one's own, which Node's cannot be told without another
 * library. It does what the client of an endpoint needs: a request with headers and a text, and a
 * response that streams; it follows no redirects.
 *
 * @param caCertificates one or more certificates in PEM
 */
export function fetchTrusting(caCertificates: string): typeof globalThis.fetch {
  const ca = [...rootCertificates, caCertificates];
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const { method = "GET", body, signal } = init;
      const options = {
        method,
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(signal ? { signal } : {}),
      };
      const sent =
        url.protocol === "https:"
          ? httpsRequest(url, { ...options, ca })
          : httpRequest(url, options);
      sent.on("error", reject);
      sent.on("response", (received) => {
        const headers = new Headers();
        for (const [name, value] of Object.entries(received.headers)) {
          if (value !== undefined) headers.set(name, String(value));
        }
        // The types of Node's web streams and of the web differ.
        const stream = Readable.toWeb(received) as unknown as ReadableStream<Uint8Array>;
        const { statusCode: status = 200 } = received;
        const hasBody = status !== 204 && status !== 304;
        resolve(new Response(hasBody ? stream : null, { status, headers }));
      });
      sent.end(typeof body === "string" ? body : undefined);
    });
}
