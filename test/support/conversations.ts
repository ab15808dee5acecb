import { fileURLToPath } from "node:url";
import { landscapeManifest } from "./collm.js";

/**
 * Recorded conversations about the landscape supernet, for tests of what follows from a language
 * model's answers. `pnpm --silent record-conversations` makes them anew, as it must whenever the
 * prompts change; a strict replay then says what differs.
 */
export const conversations = fileURLToPath(new URL("../fixtures/conversations", import.meta.url));

/** Searches that were recorded, by their searcher; each asks the roles named. */
export const recordedSearches = {
  sillm: ["navigator"],
  opro: ["generator"],
} as const;

/** What a recorded search was asked with, but for who answers. */
export function recordedFlags(searcher: keyof typeof recordedSearches, out: string): string[] {
  return [
    ...["search", "--supernet", landscapeManifest, "--out", out, "--max-macs", "400k", "--no-test"],
    ...["--searcher", searcher, "--iterations", "2", "--candidates", "3", "--prompts", "plain"],
  ];
}
