import type { InputBatch } from "@collm/evaluation";
import type { SpaceSpec } from "@collm/search-space";
import type { StatisticsMode, Subnet } from "@collm/supernet";
import type { Inputs } from "../inputs.js";

/** A subnet that the suite measures, with everything it is measured on. */
export interface BenchSubnet {
  /** What it is in its space, e.g. `median`. */
  readonly role: string;
  readonly spec: SpaceSpec;
  /** Weight file of its supernet, safetensors. */
  readonly weightsPath: string;
  /** Whether its speed is compared; otherwise only how long it takes to be ready. */
  readonly isCompared: boolean;
  /** Cuts it from its supernet, which is in memory. */
  cut(): Subnet;
  inputs(count: number): Promise<Inputs>;
  /** What its BatchNorm statistics are re-estimated with; undefined: the checkpoint's are kept. */
  calibration(): Promise<Calibration | undefined>;
}

export interface Calibration {
  readonly imagesCount: number;
  readonly mode: StatisticsMode;
  batches(): Iterable<InputBatch>;
}
