import { expect, it } from "vitest";
import { plainly } from "./connection-failure.js";

const nested = (reason: string) =>
  `round_robin: No connection established. Last error: No connection established. Last error: ${reason}. Resolution note: `;

it.each([
  ["Error: connect ECONNREFUSED 127.0.0.1:1", "cannot connect to 127.0.0.1:1 (ECONNREFUSED)"],
  [
    "Error: 803C:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:a.c:350:\n",
    "cannot connect to a:1 by TLS: the server speaks plaintext, or something else",
  ],
  [
    "803C:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:a.c:1601:SSL alert number 116\n (2026-11-26T06:30:35.543Z)",
    "cannot connect to a:1 by TLS: the server requires a certificate (COLLM_TLS_CERT_FILE)",
  ],
  [
    "8:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:a.c:1:SSL alert number 48\n",
    "cannot connect to a:1 by TLS: the server refuses our certificate (unknown ca)",
  ],
  [
    "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: 10.1.2.3",
    "cannot connect to a:1 by TLS: the server's certificate is for other names (IP: 127.0.0.1 is not in the cert's list: 10.1.2.3)",
  ],
  [
    "Error: self-signed certificate in certificate chain",
    "cannot connect to a:1 by TLS: the server's certificate is not accepted (self-signed certificate in certificate chain)",
  ],
  [
    "Error: unable to verify the first certificate",
    "cannot connect to a:1 by TLS: the server's certificate is not accepted (unable to verify the first certificate)",
  ],
  [
    "Error: certificate has expired",
    "cannot connect to a:1 by TLS: the server's certificate is not accepted (certificate has expired)",
  ],
])("explains %j", (reason, words) => {
  expect(plainly(nested(reason), "dns:a:1")).toBe(words);
});

it("leaves what is no failed connection as it is", () => {
  expect(plainly("count: got 0, allowed is 1 or more", "dns:a:1")).toBe(
    "count: got 0, allowed is 1 or more",
  );
});
