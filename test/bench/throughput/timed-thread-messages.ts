import type { RuntimeSettings } from "@collm/evaluation";
import type { Inputs } from "./inputs.js";

/** What a timed thread is given; it keeps copies of its own. */
export interface TimedThreadSettings {
  readonly runtime: RuntimeSettings;
  /** ONNX model with an input `images`. */
  readonly model: Uint8Array;
  /** The output that is asked for. */
  readonly output: string;
  readonly inputs: Inputs;
  readonly batchSize: number;
}

export type ToTimedThread =
  | { readonly kind: "time"; readonly milliseconds: number }
  | { readonly kind: "close" };

/** What was run in a round, or that the session is warm. */
export type FromTimedThread =
  | { readonly kind: "ready" }
  | { readonly kind: "timed"; readonly inputs: number; readonly perSecond: number }
  | { readonly kind: "failed"; readonly message: string };
