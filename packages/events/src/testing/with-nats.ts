import { describe, it } from "vitest";
import { findNatsServer } from "./nats-server.js";

/** Tests that need a real nats-server; without one they say what to install. */
export function describeWithNats(title: string, tests: () => void): void {
  if (findNatsServer()) describe(title, tests);
  else it.skip(`${title} (needs nats-server: apt-get install nats-server)`, () => undefined);
}
