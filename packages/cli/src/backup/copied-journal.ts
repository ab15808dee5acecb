import type { Extension } from "@collm/journal";
import type { SearchId } from "@collm/search";

/** What came of copying one journal; `events` is how many the original has. */
export interface CopiedJournal {
  readonly searchId: SearchId;
  readonly events: number;
  readonly outcome:
    | Extension
    /** There is no search of that name. */
    | { readonly kind: "absent" }
    /** A coordinator drives it, so it is there and grows. */
    | { readonly kind: "driven" };
}

/** Whether it is now where it was to go. */
export function isCopied({ outcome }: CopiedJournal): boolean {
  return outcome.kind === "extended";
}

/** A line for people. */
export function copiedLine({ searchId, events, outcome }: CopiedJournal): string {
  switch (outcome.kind) {
    case "extended":
      return outcome.appended === 0
        ? `${searchId}: nothing new`
        : `${searchId}: ${outcome.appended} of ${events} events copied`;
    case "differs":
      return `${searchId}: left alone, the one there is another search: event ${outcome.seq} differs`;
    case "absent":
      return `${searchId}: no search of that name`;
    case "driven":
      return `${searchId}: left alone, a coordinator there drives it now`;
  }
}
