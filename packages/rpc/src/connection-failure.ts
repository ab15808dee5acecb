/**
 * grpc-js says in several nested sentences why there is no connection; one is enough, and OpenSSL's words
 * need explaining. Details of other failures stay as they are.
 *
 * @param target what the channel connects to, as gRPC writes it: `dns:coordinator:7000`
 */
export function plainly(details: string, target: string): string {
  const [, failure] = /No connection established\. Last error: (.*)$/s.exec(details) ?? [];
  if (failure === undefined) return details;
  // Of nested ones the innermost.
  const reason = failure.slice(Math.max(0, failure.lastIndexOf("Last error: ")));
  const [, code, tried] = /connect (E[A-Z]+) (\S+?)\.?(?:\s|$)/.exec(reason) ?? [];
  if (code !== undefined) return `cannot connect to ${tried} (${code})`;
  const address = target.replace(/^[a-z0-9-]+:\/{0,3}(?=.*:)/, "");
  for (const [pattern, words] of explanations) {
    const match = pattern.exec(reason);
    if (match) return `cannot connect to ${address} ${words.replace("$1", match[1] ?? "")}`;
  }
  return details;
}

const explanations: readonly (readonly [RegExp, string])[] = [
  [/wrong version number/, "by TLS: the server speaks plaintext, or something else"],
  [/alert certificate required/, "by TLS: the server requires a certificate (COLLM_TLS_CERT_FILE)"],
  [
    /tls\w* alert ((?:unknown ca|bad certificate|certificate \w+|unsupported certificate))/,
    "by TLS: the server refuses our certificate ($1)",
  ],
  [
    /Hostname\/IP does not match certificate's altnames: (.*?)\.? Resolution note/,
    "by TLS: the server's certificate is for other names ($1)",
  ],
  [
    /((?:self-signed|unable to|certificate)[\w -]*certificate[\w ]*|certificate has expired|certificate is not yet valid)/,
    "by TLS: the server's certificate is not accepted ($1)",
  ],
  [
    /Failed to connect/,
    "(closed at once): one side speaks TLS and the other does not, or our certificate is refused",
  ],
];
