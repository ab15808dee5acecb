/** Progress goes to standard error, so that standard output is the report alone. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
