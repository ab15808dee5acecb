import type { RoleText, SearchId } from "@collm/search";

/** What roles are writing just now, for whoever watches: never kept, and lost where nobody hears it. */
export interface LiveTexts {
  /** Neither fails nor waits. */
  tell(id: SearchId, text: RoleText): void;
  hear(id: SearchId, onText: (text: RoleText) => void): { readonly stop: () => void };
}

/** Between the searches of this process and their watchers. */
export function createLocalTexts(): LiveTexts {
  const listeners = new Map<SearchId, Set<(text: RoleText) => void>>();
  return {
    tell: (id, text) => {
      for (const onText of listeners.get(id) ?? []) onText(text);
    },
    hear: (id, onText) => {
      const ofSearch = listeners.get(id) ?? new Set();
      listeners.set(id, ofSearch.add(onText));
      return {
        stop: () => {
          ofSearch.delete(onText);
          if (ofSearch.size === 0 && listeners.get(id) === ofSearch) listeners.delete(id);
        },
      };
    },
  };
}
