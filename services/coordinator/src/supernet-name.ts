import { CollmError } from "@collm/errors";
import type { SupernetInfo } from "@collm/search";

/** A supernet as a search asks for it: by name, and by the first digits of its digest if it must be that one. */
export interface SupernetName {
  readonly name: string;
  readonly digest?: string;
}

/** A supernet as it is looked for; one that goes on must find the evaluation context that it had. */
export interface WantedSupernet extends SupernetName {
  readonly contextDigest?: string;
}

/** Reads `NAME` or `NAME@DIGEST`; at least 6 digits, as the evaluator lists them. */
export function parseSupernetName(text: string): SupernetName {
  const [, name = text, digest] = /^([^@]*)@(.*)$/.exec(text) ?? [];
  if (digest === undefined) return { name };
  if (/^[0-9a-f]{6,64}$/.test(digest)) return { name, digest };
  throw new CollmError(
    "invalid-argument",
    `supernet: got "${text}", allowed is NAME or NAME@DIGEST with 6 to 64 hex digits`,
  );
}

/** Throws `failed-precondition` when the supernet of that name is another one. */
export function refuseOtherDigest(
  supernet: SupernetInfo,
  { name, digest = "" }: SupernetName,
): void {
  if (supernet.digest.startsWith(digest)) return;
  throw new CollmError(
    "failed-precondition",
    `supernet: got ${name}@${digest}, the evaluator serves ${name}@${supernet.digest}`,
  );
}
