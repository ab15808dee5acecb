/** Problems shown in the message; a file of another network has hundreds. */
const shownProblems = 10;

/** A weight file whose tensors are not those of the manifest's supernet. */
export class SupernetTensorError extends Error {
  override readonly name = "SupernetTensorError";
  /** Every missing, extra or misshapen tensor, one sentence each. */
  readonly problems: readonly string[];

  constructor(origin: string, problems: readonly string[]) {
    const hidden = problems.length - shownProblems;
    const shown = problems.slice(0, shownProblems).join("; ");
    super(`${origin}: ${shown}${hidden > 0 ? `; and ${hidden} more problems` : ""}`);
    this.problems = problems;
  }
}
