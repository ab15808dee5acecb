import { spawnSync } from "node:child_process";
import { describe, it } from "vitest";

/** Tests that need certificates; without the `openssl` program they say what to install. */
export function describeWithOpenssl(title: string, tests: () => void): void {
  if (spawnSync("openssl", ["version"]).status === 0) describe(title, tests);
  else it.skip(`${title} (needs openssl: apt-get install openssl)`, () => undefined);
}
