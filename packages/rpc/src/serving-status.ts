import type { Server } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";

/** True from the moment on when the server listens, whether it takes work or not. */
const aliveNames = ["startup", "liveness"] as const;

/**
 * What `grpc.health.v1` tells, on any number of servers. Names that a probe may ask for:
 *
 * - `startup`: SERVING once everything is loaded
 * - `liveness`: SERVING as long as the event loop answers, also while calls under way end
 * - `readiness`, the empty name and those of the services: SERVING while calls are taken
 */
export class ServingStatus {
  readonly #health: HealthImplementation;
  readonly #readyNames: readonly string[];

  /** @param services names that follow whether the server serves */
  constructor(services: readonly string[]) {
    this.#readyNames = [...new Set(["", "readiness", ...services])];
    this.#health = new HealthImplementation(
      Object.fromEntries(
        [...this.#readyNames, ...aliveNames].map((name) => [name, "SERVING" as const]),
      ),
    );
  }

  addTo(server: Server): void {
    this.#health.addToServer(server);
  }

  setServing(isServing: boolean): void {
    for (const name of this.#readyNames) {
      this.#health.setStatus(name, isServing ? "SERVING" : "NOT_SERVING");
    }
  }
}
