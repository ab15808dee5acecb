/** A manifest that cannot be used; every problem names the field, its value and what is allowed. */
export class InvalidManifestError extends Error {
  override readonly name = "InvalidManifestError";
  readonly file: string;
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[], options?: ErrorOptions) {
    super(`${file}: ${problems.join("; ")}`, options);
    this.file = file;
    this.problems = problems;
  }
}
