import { type EventMaker, Inbox, type Report } from "./inbox.js";
import type { StopGate } from "./stop-gate.js";

/** Work outside the loop: tells what it learns on the way, and ends with an event. */
export type Activity = (tell: (eventOf: EventMaker) => Promise<void>) => Promise<EventMaker>;

/**
 * What is under way outside the loop in this life of the search, by name. An activity is over when
 * its last event is journaled, not when its promise settles: what is under way then follows from the
 * journal, as every decision must.
 */
export class Activities {
  readonly #inbox = new Inbox();
  readonly #gate: StopGate;
  readonly #onWait: () => void;
  readonly #names = new Set<string>();
  readonly #failed = new Set<string>();

  /** @param onWait called whenever the loop has decided everything and waits for a report. */
  constructor(gate: StopGate, onWait: () => void) {
    this.#gate = gate;
    this.#onWait = onWait;
  }

  /** Those that are not over; one that failed never is. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /** Whether any may still have something to tell. */
  get areAnyAlive(): boolean {
    return this.#names.size > this.#failed.size;
  }

  begin(name: string, activity: Activity): void {
    this.#names.add(name);
    activity((eventOf) => this.#inbox.post(eventOf)).then(
      (eventOf) => void this.#inbox.post(eventOf, name),
      (error: unknown) => this.#inbox.fail(name, error),
    );
  }

  /** The next report; rejects as soon as the search must stop. */
  async next(): Promise<Report> {
    for (;;) {
      const report = this.#inbox.take();
      if (report) return report;
      const arrived = this.#gate.guard(() => this.#inbox.arrival());
      this.#onWait();
      await arrived;
    }
  }

  /** The next report if one is here already. */
  take(): Report | undefined {
    return this.#inbox.take();
  }

  noteOver(name: string): void {
    this.#names.delete(name);
  }

  noteFailed(name: string): void {
    this.#failed.add(name);
  }
}
