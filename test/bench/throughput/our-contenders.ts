/** Ways to spend the same number of threads on one network. */
export interface Sharing {
  readonly name: string;
  readonly workers: number;
  /** Threads of each worker's session. */
  readonly threads: number;
}

/** One session with all threads, and a session for each, as the evaluator's workers have it. */
export function ourSharings(threads: number): readonly Sharing[] {
  if (threads === 1) return [{ name: "ONNX Runtime, 1 thread", workers: 1, threads: 1 }];
  return [
    { name: `ONNX Runtime, ${threads} threads`, workers: 1, threads },
    { name: `ONNX Runtime, ${threads} workers`, workers: threads, threads: 1 },
  ];
}
