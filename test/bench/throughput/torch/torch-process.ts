import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Notation, SpaceSpec } from "@collm/search-space";
import { z } from "zod";

const script = fileURLToPath(new URL("../peer/peer.py", import.meta.url));

const helloSchema = z.object({ torch: z.string() });
const loadedSchema = z.object({ networks: z.array(z.string()) });
const timedSchema = z.object({
  images: z.number().positive(),
  seconds: z.number().positive(),
  cpuSeconds: z.number().positive(),
});
const memorySchema = z.object({ peakBytes: z.number(), baseBytes: z.number() });
const failureSchema = z.object({ error: z.string() });

/** What PyTorch builds a network from. */
export interface TorchSubnet {
  readonly spec: SpaceSpec;
  /** Weight file of the supernet. */
  readonly weights: string;
  /** JSON of BatchNorm statistics, as `collm subnet run --statistics` writes it. */
  readonly statistics: string;
  readonly architecture: Notation;
  /** `.npy` of all inputs. */
  readonly inputs: string;
}

/** PyTorch in a process of its own that waits between rounds; `peer.py` says what it does. */
export class TorchProcess {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: readonly string[];
  /** PyTorch's version. */
  readonly version: string;

  private constructor(
    process: ChildProcessWithoutNullStreams,
    lines: AsyncIterator<string>,
    errors: readonly string[],
    version: string,
  ) {
    this.#process = process;
    this.#lines = lines;
    this.#errors = errors;
    this.version = version;
  }

  /** Starts it; gives the reason where there is no Python or no PyTorch. */
  static async start(python: string, env: NodeJS.ProcessEnv): Promise<TorchProcess | string> {
    const child = spawn(python, [script], { env });
    const errors: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString()));
    const missing = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`${python}: ${error.message}`));
      child.once("exit", () => resolve(`${python}: ${lastLine(errors) ?? "ended"}`));
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const hello = lines.next().then(({ value }) => value as string | undefined);
    const first = await Promise.race([hello, missing]);
    const parsed = helloSchema.safeParse(parseLine(first));
    if (!parsed.success) return await missing;
    return new TorchProcess(child, lines, errors, parsed.data.torch);
  }

  /** Extracts a subnet and compiles it in all forms, or in `only` this one; gives their names. */
  async load(subnet: TorchSubnet, threads: number, only?: string): Promise<readonly string[]> {
    const answer = await this.#ask({ do: "load", ...subnet, threads, ...(only ? { only } : {}) });
    return loadedSchema.parse(answer).networks;
  }

  /** Writes the logits of the first images to a `.npy` file. */
  async writeLogits(network: string, images: number, output: string): Promise<void> {
    await this.#ask({ do: "logits", network, images, output });
  }

  /** Runs whole batches for about `seconds`. */
  async time(
    network: string,
    batch: number,
    seconds: number,
  ): Promise<z.infer<typeof timedSchema>> {
    return timedSchema.parse(await this.#ask({ do: "time", network, batch, seconds }));
  }

  /** Memory that the process has taken at most, and had taken before it loaded a network. */
  async memory(): Promise<z.infer<typeof memorySchema>> {
    return memorySchema.parse(await this.#ask({ do: "memory" }));
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#process.once("exit", () => resolve()));
    this.#process.stdin.end();
    await ended;
  }

  async #ask(command: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) {
      const { exitCode, signalCode } = this.#process;
      const message = lastLine(this.#errors) ?? "no message";
      throw new Error(
        `peer.py ended with ${signalCode ?? exitCode ?? "closed output"}: ${message}`,
      );
    }
    const answer = parseLine(value);
    const failure = failureSchema.safeParse(answer);
    if (failure.success) throw new Error(`peer.py: ${failure.data.error}`);
    return answer;
  }
}

function parseLine(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? "");
  } catch {
    return undefined;
  }
}

function lastLine(chunks: readonly string[]): string | undefined {
  return chunks.join("").trim().split("\n").at(-1) || undefined;
}
