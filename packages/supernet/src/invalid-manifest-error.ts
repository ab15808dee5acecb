import { CollmError } from "@collm/errors";

/** A manifest that cannot be used; every problem names the field, its value and what is allowed. */
export class InvalidManifestError extends CollmError {
  readonly file: string;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[], options?: ErrorOptions) {
    super("invalid-argument", `${file}: ${problems.join("; ")}`, options);
    this.file = file;
    this.problems = problems;
  }
}
