import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { MemoryTask } from "./memory-process.js";
import { ourSharings } from "./our-contenders.js";
import type { TorchChoice } from "./torch/choose-torch.js";
import { TorchGroup } from "./torch/torch-group.js";
import type { TorchSubnet } from "./torch/torch-process.js";
import { shapeOf } from "./torch/torch-settings.js";

/** Resident memory of all processes of one contender. */
export interface MemoryUse {
  readonly name: string;
  readonly peakBytes: number;
  /** Of that before the network was loaded: the languages' runtimes and libraries. */
  readonly baseBytes: number;
}

const answerSchema = z.object({ peakBytes: z.number(), baseBytes: z.number() });
const runSeconds = 1;

/** Runs the network in a process of its own, ours in each way of sharing threads. */
export async function measureOurMemory(
  model: Uint8Array,
  inputsPath: string,
  options: { readonly threads: number; readonly batchSize: number; readonly folder: string },
): Promise<readonly MemoryUse[]> {
  const modelPath = join(options.folder, "model.onnx");
  await writeFile(modelPath, model);
  const uses: MemoryUse[] = [];
  for (const { name, workers, threads } of ourSharings(options.threads)) {
    const { batchSize } = options;
    const task: MemoryTask = { modelPath, inputsPath, workers, threads, batchSize };
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...["--conditions=@collm/source", "--import", import.meta.resolve("tsx")],
      fileURLToPath(new URL("./memory-process.ts", import.meta.url)),
      JSON.stringify(task),
    ]);
    uses.push({ name, ...answerSchema.parse(JSON.parse(stdout)) });
  }
  return uses;
}

/** The same for PyTorch, each time with the one form of the network that is asked about. */
export async function measureTorchMemory(
  subnet: TorchSubnet,
  choices: readonly TorchChoice[],
  python: string,
): Promise<readonly MemoryUse[]> {
  const uses: MemoryUse[] = [];
  for (const { kind, group, network, batch } of choices) {
    if (kind === "optimize_for_inference") continue;
    const own = await TorchGroup.start(python, group.settings);
    try {
      await own.load(subnet, network);
      await own.time(network, batch, runSeconds);
      const name = `PyTorch ${kind}, ${shapeOf(group.settings)}, batches of ${batch}`;
      uses.push({ name, ...(await own.memory()) });
    } finally {
      await own.close();
    }
  }
  return uses;
}
