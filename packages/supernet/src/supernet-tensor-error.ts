import { CollmError } from "@collm/errors";

/** Problems shown in the message; a file of another network has hundreds. */
const shownProblems = 10;

/** A weight file whose tensors are not those of the manifest's supernet. */
export class SupernetTensorError extends CollmError {
  /** Every missing, extra or misshapen tensor, one sentence each. */
  readonly problems: readonly string[];

  constructor(origin: string, problems: readonly string[]) {
    const hidden = problems.length - shownProblems;
    const shown = problems.slice(0, shownProblems).join("; ");
    const more = hidden > 0 ? `; and ${hidden} more problems` : "";
    super("invalid-argument", `${origin}: ${shown}${more}`);
    this.problems = problems;
  }
}
