/** A value as a reason of illegality shows it. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  try {
    return shorten(JSON.stringify(value) ?? String(value));
  } catch {
    // No JSON, so no language model wrote it: a cycle or a big integer inside.
    return `a ${typeof value} that is not JSON`;
  }
}

/** A model may write anything at any length; a reason is read by people and sent back to it. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
