/**
 * grpc-js says in several nested sentences why there is no connection; one is enough, and OpenSSL's words
 * need explaining. Details of other failures stay as they are.
 */
export function plainly(details: string): string {
  const [, failure] = /No connection established\. Last error: (.*)$/s.exec(details) ?? [];
  if (failure === undefined) return details;
  // Of nested ones the innermost.
  const reason = failure.slice(Math.max(0, failure.lastIndexOf("Last error: ")));
  for (const [pattern, words] of explanations) {
    const match = pattern.exec(reason);
    if (match)
      return match.slice(1).reduce((text, part, i) => text.replace(`$${i + 1}`, part), words);
  }
  return details;
}

const explanations: readonly (readonly [RegExp, string])[] = [
  [/connect (E[A-Z]+) (\S+?)\.?(?:\s|$)/, "cannot connect to $2 ($1)"],
  [/wrong version number/, "cannot connect by TLS: the server speaks plaintext, or something else"],
  [
    /alert certificate required/,
    "cannot connect by TLS: the server requires a certificate (COLLM_TLS_CERT_FILE)",
  ],
  [
    /tls\w* alert ((?:unknown ca|bad certificate|certificate \w+|unsupported certificate))/,
    "cannot connect by TLS: the server refuses our certificate ($1)",
  ],
  [
    /Hostname\/IP does not match certificate's altnames: (.*?)\.? Resolution note/,
    "cannot connect by TLS: the server's certificate is for other names ($1)",
  ],
  [
    /((?:self-signed|unable to|certificate)[\w -]*certificate[\w ]*|certificate has expired|certificate is not yet valid)/,
    "cannot connect by TLS: the server's certificate is not accepted ($1)",
  ],
  [
    /Failed to connect/,
    "cannot connect: the server closes the connection at once; one side speaks TLS and the other does not, or our certificate is refused",
  ],
];
