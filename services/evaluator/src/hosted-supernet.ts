import type { SupernetInfo } from "@collm/search";
import type { SearchSpace } from "@collm/search-space";
import type { Executor } from "./executor.js";

/** A supernet that this evaluator serves. */
export interface HostedSupernet {
  /** What callers are told; `contextDigest` is the validation split's. */
  readonly info: SupernetInfo;
  readonly space: SearchSpace;
  readonly executor: Executor;
  /**
   * Digest of everything besides the architecture that a result on the test split depends on.
   * Throws `failed-precondition` when the supernet has no test images.
   */
  testContextDigest(): Promise<string>;
  /** Closes its files. */
  close(): Promise<void>;
}
