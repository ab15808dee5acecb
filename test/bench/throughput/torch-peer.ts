import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Notation } from "@collm/search-space";
import { z } from "zod";

const script = fileURLToPath(new URL("./torch_peer.py", import.meta.url));

const helloSchema = z.object({ torch: z.string() });
const timedSchema = z.object({ perSecond: z.number().positive() });
const failureSchema = z.object({ error: z.string() });

export const torchVariants = ["eager", "frozen", "optimized"] as const;

export type TorchVariant = (typeof torchVariants)[number];

export interface TorchSubnet {
  /** Weight file of the supernet. */
  readonly weights: string;
  /** JSON of re-estimated BatchNorm statistics, as `collm subnet run --statistics` writes it. */
  readonly statistics: string;
  readonly architecture: Notation;
  /** `.npy` of all inputs. */
  readonly inputs: string;
  readonly batch: number;
  readonly threads: number;
}

/** PyTorch in a process of its own that waits between rounds. */
export class TorchPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: readonly string[];
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
  static async start(python: string, threads: number): Promise<TorchPeer | string> {
    const child = spawn(python, [script], { env: torchEnvironment(threads) });
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
    return parsed.success ? new TorchPeer(child, lines, errors, parsed.data.torch) : await missing;
  }

  /** Extracts a subnet, compiles its variants and warms them up. */
  async load(subnet: TorchSubnet): Promise<void> {
    await this.#ask({ do: "load", ...subnet });
  }

  /** Writes the logits of the first batch to a `.npy` file. */
  async writeLogits(variant: TorchVariant, output: string): Promise<void> {
    await this.#ask({ do: "logits", variant, output });
  }

  /** Images per second over about `seconds`. */
  async time(variant: TorchVariant, seconds: number): Promise<number> {
    return timedSchema.parse(await this.#ask({ do: "time", variant, seconds })).perSecond;
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
    if (done) throw new Error(`torch_peer.py ended: ${lastLine(this.#errors) ?? "no message"}`);
    const answer = parseLine(value);
    const failure = failureSchema.safeParse(answer);
    if (failure.success) throw new Error(`torch_peer.py: ${failure.data.error}`);
    return answer;
  }
}

/**
 * The settings under which PyTorch is fastest here: memory is kept instead of being given back to
 * the system after each batch, and OpenBLAS chooses its kernels for this processor by itself.
 */
function torchEnvironment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...environment } = process.env;
  return {
    ...environment,
    MALLOC_MMAP_MAX_: "0",
    MALLOC_TRIM_THRESHOLD_: "17179869184",
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    PYTHONDONTWRITEBYTECODE: "1",
  };
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
