import { BlockList, isIP } from "node:net";
import type { z } from "zod";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");
loopback.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

/** Whether only this machine reaches what listens there. Names other than localhost do not count. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(bare);
  if (family === 0) return bare === "localhost";
  return loopback.check(bare, family === 6 ? "ipv6" : "ipv4");
}

/** Refuses to listen in plaintext where others could listen in, unless that is wanted. */
export function checkListening(
  host: string,
  { isEncrypted, isInsecureWanted }: { isEncrypted: boolean; isInsecureWanted: boolean },
  context: z.RefinementCtx,
): void {
  if (isEncrypted || isInsecureWanted || isLoopback(host)) return;
  context.addIssue({
    code: "custom",
    path: ["COLLM_HOST"],
    message:
      "a loopback address as long as connections are in plaintext: COLLM_TLS_CERT_FILE, COLLM_TLS_KEY_FILE and " +
      "COLLM_TLS_CA_FILE encrypt them, COLLM_INSECURE=true (collm serve --insecure) does without",
  });
}
