import { describe, expect, test } from "vitest";
import { EvaluationQueue, type QueueLoad } from "./evaluation-queue.js";

/** Work that ends when told to. */
function gate(): { readonly open: () => void; readonly work: () => Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, work: () => opened };
}

const never = new AbortController().signal;

describe("EvaluationQueue", () => {
  test("runs no more than its slots and serves those who wait in order", async () => {
    const queue = new EvaluationQueue({ slots: 1, maxWaiting: 5 });
    const first = gate();
    const order: number[] = [];
    const all = [queue.run(never, first.work)];
    for (const i of [1, 2, 3]) all.push(queue.run(never, async () => void order.push(i)));
    expect(queue.load).toEqual({ running: 1, waiting: 3 });
    first.open();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3]);
    expect(queue.load).toEqual({ running: 0, waiting: 0 });
  });

  test("refuses what comes on top with resource-exhausted", async () => {
    const queue = new EvaluationQueue({ slots: 1, maxWaiting: 1 });
    const busy = gate();
    const all = [queue.run(never, busy.work), queue.run(never, busy.work)];
    await expect(queue.run(never, busy.work)).rejects.toMatchObject({
      code: "resource-exhausted",
      message: expect.stringContaining("allowed to wait are 1"),
    });
    busy.open();
    await Promise.all(all);
  });

  test("lets those who wait leave without running", async () => {
    const loads: QueueLoad[] = [];
    const queue = new EvaluationQueue({
      slots: 1,
      maxWaiting: 5,
      onChange: (load) => loads.push(load),
    });
    const busy = gate();
    const running = queue.run(never, busy.work);
    const stop = new AbortController();
    const waiting = queue.run(stop.signal, () => Promise.reject(new Error("ran")));
    stop.abort(new Error("left"));
    await expect(waiting).rejects.toThrow("left");
    expect(loads.at(-1)).toEqual({ running: 1, waiting: 0 });
    busy.open();
    await running;
  });

  test("gives the slot on when work fails", async () => {
    const queue = new EvaluationQueue({ slots: 1, maxWaiting: 1 });
    await expect(queue.run(never, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(queue.run(never, async () => 1)).resolves.toBe(1);
  });
});
