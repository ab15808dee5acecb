import { CollmError, type ErrorCode } from "@collm/errors";

const codeOfErrno: Readonly<Record<string, ErrorCode>> = {
  ENOENT: "not-found",
  EACCES: "invalid-argument",
  EPERM: "invalid-argument",
  EROFS: "invalid-argument",
  EISDIR: "invalid-argument",
  ENOTDIR: "invalid-argument",
  ENAMETOOLONG: "invalid-argument",
  ENOSPC: "resource-exhausted",
  EDQUOT: "resource-exhausted",
};

/** What the file system says about `path`, as an error that tells what the user can do. */
export function fileError(what: string, path: string, thrown: unknown): CollmError {
  if (thrown instanceof CollmError) return thrown;
  const errno = errnoOf(thrown) ?? "";
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new CollmError(codeOfErrno[errno] ?? "internal", `${what} ${path}: ${reason}`, {
    cause: thrown,
  });
}

/** The name of a system error, e.g. `ENOENT`; undefined for other errors. */
export function errnoOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : undefined;
}
