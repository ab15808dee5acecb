import { setTimeout as delay } from "node:timers/promises";

/** Asks again every 20 ms until `probe` gives a value; fails after `timeoutMs` (default 30 s). */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 30_000,
): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > endsAt) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(20);
  }
}
