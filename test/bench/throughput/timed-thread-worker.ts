import { parentPort, workerData } from "node:worker_threads";
import { type Network, openNetwork } from "@collm/evaluation";
import { inputBatch } from "./inputs.js";
import type {
  FromTimedThread,
  TimedThreadSettings,
  ToTimedThread,
} from "./timed-thread-messages.js";

/** One ONNX Runtime session in a thread of its own, as the evaluator has it. */
const settings = workerData as TimedThreadSettings;
const port = parentPort;
if (!port) throw new Error("timed-thread-worker.ts runs in a worker thread only");
const send = (message: FromTimedThread): void => port.postMessage(message);

const warmUpMs = 300;

try {
  const network = await openNetwork(settings.model, settings.runtime);
  let next = 0;
  await runFor(warmUpMs);
  port.on("message", (message: ToTimedThread) => {
    if (message.kind === "close") port.close();
    else void answer(message.milliseconds);
  });
  send({ kind: "ready" });

  async function answer(milliseconds: number): Promise<void> {
    try {
      send({ kind: "timed", ...(await runFor(milliseconds)) });
    } catch (error) {
      send({ kind: "failed", message: String(error) });
    }
  }

  /** Runs whole batches until the time is up. */
  async function runFor(
    milliseconds: number,
  ): Promise<{ readonly inputs: number; readonly perSecond: number }> {
    const started = performance.now();
    let inputs = 0;
    let elapsed = 0;
    do {
      next = await runBatch(network, next);
      inputs += settings.batchSize;
      elapsed = performance.now() - started;
    } while (elapsed < milliseconds);
    return { inputs, perSecond: (1000 * inputs) / elapsed };
  }
} catch (error) {
  send({ kind: "failed", message: String(error) });
}

/** Runs the batch that begins with input `first`; gives where the next one begins. */
async function runBatch(network: Network, first: number): Promise<number> {
  const { inputs, batchSize, output } = settings;
  await network.run(inputBatch(inputs, first, batchSize), [output]);
  const following = first + batchSize;
  return following + batchSize > inputs.count ? 0 : following;
}
