import { errnoOf } from "@collm/errors";

/** Human words go to standard error, results for machines to standard output. */
export interface Output {
  /** A line for people. */
  say(line: string): void;
  /** Text for people as it is, without a line's end: it moves the cursor of a terminal. */
  draw(text: string): void;
  /** A result for machines. */
  print(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

export const processOutput: Output = {
  say: (line) => void process.stderr.write(`${line}\n`),
  draw: (text) => void process.stderr.write(text),
  print: (text) => void process.stdout.write(`${text}\n`),
  isTerminal: process.stderr.isTTY === true,
  get columns() {
    return process.stderr.columns || 80;
  },
};

const closing = new AbortController();

/** Aborted when nobody reads what is written any more: `collm search … 2>&1 | head`. */
export const outputClosed: AbortSignal = closing.signal;

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    // Without a listener the process would end where it is, with a journal left open.
    if (errnoOf(error) !== "EPIPE") throw error;
    closing.abort();
  });
}
