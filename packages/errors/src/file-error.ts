import { CollmError } from "./collm-error.js";
import { systemProblem } from "./system-problem.js";

/**
 * What the file system says about a file, as one sentence for the user: `--input a.npy: no such
 * file or directory`. Other errors keep their own words as the reason; a CollmError stays as it is.
 *
 * @param what the option, field or kind of file that the path belongs to.
 */
export function fileError(what: string, path: string, thrown: unknown): CollmError {
  if (thrown instanceof CollmError) return thrown;
  const problem = systemProblem(thrown);
  const reason = problem?.words ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new CollmError(problem?.code ?? "internal", `${what} ${path}: ${reason}`, {
    cause: thrown,
  });
}

/** Does what opens, reads or writes one file; a failure names it. See {@link fileError}. */
export async function withFile<T>(what: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(what, path, error);
  }
}
