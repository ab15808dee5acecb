import { Worker } from "node:worker_threads";
import type { Rate } from "./alternate.js";
import type {
  FromTimedThread,
  TimedThreadSettings,
  ToTimedThread,
} from "./timed-thread-messages.js";

/** Several threads that run the same model at the same time, each with a session of its own. */
export class TimedThreads {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** Starts the threads one after another and waits until all sessions are warm. */
  static async start(count: number, settings: TimedThreadSettings): Promise<TimedThreads> {
    const workers: Worker[] = [];
    try {
      for (let i = 0; i < count; i++) {
        const worker = spawn(settings);
        workers.push(worker);
        await answerOf(worker);
      }
      return new TimedThreads(workers);
    } catch (error) {
      await Promise.all(workers.map((worker) => worker.terminate()));
      throw error;
    }
  }

  /** All threads together, over about `seconds`. Nothing else may run in this process meanwhile. */
  async time(seconds: number): Promise<Rate> {
    const message: ToTimedThread = { kind: "time", milliseconds: 1000 * seconds };
    const cpuBefore = process.cpuUsage();
    const answers = await Promise.all(
      this.#workers.map(async (worker) => {
        const answered = answerOf(worker);
        worker.postMessage(message);
        const answer = await answered;
        if (answer.kind !== "timed") throw new Error(`timed thread: got ${answer.kind}`);
        return answer;
      }),
    );
    const { user, system } = process.cpuUsage(cpuBefore);
    const inputs = answers.reduce((sum, answer) => sum + answer.inputs, 0);
    return {
      perSecond: answers.reduce((sum, answer) => sum + answer.perSecond, 0),
      perCpuSecond: inputs / ((user + system) / 1e6),
    };
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#workers.map((worker) => {
        const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
        worker.postMessage({ kind: "close" } satisfies ToTimedThread);
        return ended;
      }),
    );
  }
}

function answerOf(worker: Worker): Promise<FromTimedThread> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (message: FromTimedThread) => {
      worker.off("error", reject);
      if (message.kind === "failed") reject(new Error(message.message));
      else resolve(message);
    });
  });
}

/** Threads inherit neither the resolve condition nor the loader, see the evaluator's spawn-worker.ts. */
function spawn(settings: TimedThreadSettings): Worker {
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const register = `import { register } from ${loader}; register();`;
  return new Worker(new URL("./timed-thread-worker.ts", import.meta.url), {
    workerData: settings,
    execArgv: [
      "--conditions=@collm/source",
      "--import",
      `data:text/javascript,${encodeURIComponent(register)}`,
    ],
  });
}
