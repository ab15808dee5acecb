import type { Rate } from "../alternate.js";
import { TorchProcess, type TorchSubnet } from "./torch-process.js";
import { type TorchSettings, torchEnvironment } from "./torch-settings.js";

/** All processes of one setting, which run at the same time. */
export class TorchGroup {
  readonly settings: TorchSettings;
  readonly #processes: readonly TorchProcess[];

  private constructor(settings: TorchSettings, processes: readonly TorchProcess[]) {
    this.settings = settings;
    this.#processes = processes;
  }

  /** Throws where PyTorch is missing: ask `TorchProcess` first. */
  static async start(python: string, settings: TorchSettings): Promise<TorchGroup> {
    const processes: TorchProcess[] = [];
    for (let i = 0; i < settings.processes; i++) {
      const started = await TorchProcess.start(python, torchEnvironment(settings));
      if (typeof started === "string") throw new Error(started);
      processes.push(started);
    }
    return new TorchGroup(settings, processes);
  }

  /** Gives the names of the networks; see `TorchProcess.load`. */
  async load(subnet: TorchSubnet, only?: string): Promise<readonly string[]> {
    const names = await Promise.all(
      this.#processes.map((process) => process.load(subnet, this.settings.threads, only)),
    );
    return names[0] ?? [];
  }

  async writeLogits(network: string, images: number, output: string): Promise<void> {
    await this.#processes[0]?.writeLogits(network, images, output);
  }

  async time(network: string, batch: number, seconds: number): Promise<Rate> {
    const answers = await Promise.all(
      this.#processes.map((process) => process.time(network, batch, seconds)),
    );
    const sum = (part: (answer: (typeof answers)[number]) => number): number =>
      answers.reduce((total, answer) => total + part(answer), 0);
    return {
      perSecond: sum(({ images, seconds }) => images / seconds),
      perCpuSecond: sum(({ images }) => images) / sum(({ cpuSeconds }) => cpuSeconds),
    };
  }

  /** Of all processes together. */
  async memory(): Promise<{ readonly peakBytes: number; readonly baseBytes: number }> {
    const answers = await Promise.all(this.#processes.map((process) => process.memory()));
    return {
      peakBytes: answers.reduce((sum, { peakBytes }) => sum + peakBytes, 0),
      baseBytes: answers.reduce((sum, { baseBytes }) => sum + baseBytes, 0),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.close()));
  }
}
