import type { ErrorCode } from "./error-code.js";

/** A failed system call on a file, as a user says it. */
export interface SystemProblem {
  readonly code: ErrorCode;
  /** E.g. `no such file or directory`. */
  readonly words: string;
}

/** By the system's name of the error. What is not here is no fault of the user's. */
const problems: Readonly<Record<string, SystemProblem>> = {
  ENOENT: { code: "not-found", words: "no such file or directory" },
  EACCES: { code: "invalid-argument", words: "permission denied" },
  EPERM: { code: "invalid-argument", words: "operation not permitted" },
  EROFS: { code: "invalid-argument", words: "the file system is read-only" },
  EISDIR: { code: "invalid-argument", words: "it is a directory" },
  ENOTDIR: { code: "invalid-argument", words: "a part of the path is no directory" },
  EEXIST: { code: "invalid-argument", words: "a file of that name is in the way" },
  ENAMETOOLONG: { code: "invalid-argument", words: "the name is too long" },
  ELOOP: { code: "invalid-argument", words: "its symbolic links lead in a circle" },
  ENOSPC: { code: "resource-exhausted", words: "the disk is full" },
  EDQUOT: { code: "resource-exhausted", words: "the disk quota is used up" },
};

/** Undefined for anything but the failures of system calls that a user can do something about. */
export function systemProblem(thrown: unknown): SystemProblem | undefined {
  const name = errnoOf(thrown);
  return name === undefined ? undefined : problems[name];
}

/** The name of a system error, e.g. `ENOENT`; undefined for other errors. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** The path that a failed system call names. */
export function pathOf(thrown: unknown): string | undefined {
  const path = thrown instanceof Error && "path" in thrown ? thrown.path : undefined;
  return typeof path === "string" ? path : undefined;
}
