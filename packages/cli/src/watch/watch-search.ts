import { applyEvent, emptyState, type SearchEvent, type SearchState } from "@collm/search";
import type { OnRoleText } from "../coordinator-client.js";
import { isOver, type WatchSource } from "./watch-source.js";

/** What is shown of a search that somebody else drives. */
export interface WatchView {
  /** The events there were at the beginning, and the state they led to. */
  begin(events: readonly SearchEvent[], state: SearchState): void;
  show(event: SearchEvent): void;
  /** What language models are writing; absent where it is not shown. */
  readonly showText?: OnRoleText | undefined;
  /** The search neither rests nor does anybody drive it; said once. */
  abandoned(): void;
}

/** Follows a search until it rests or `signal` aborts, and gives its last state. */
export async function watchSearch(
  source: WatchSource,
  view: WatchView,
  signal: AbortSignal,
): Promise<SearchState> {
  let state = emptyState;
  let hasBegun = false;
  let isAbandoned = false;
  for await (const events of source.pieces(signal, view.showText)) {
    for (const event of events) {
      state = applyEvent(state, event);
      if (hasBegun) view.show(event);
    }
    if (!hasBegun && state.started) {
      hasBegun = true;
      view.begin(events, state);
    }
    if (await isOver(source, state)) break;
    const wasAbandoned = isAbandoned;
    isAbandoned = state.phase === "running" && !(await source.isDriven(state));
    if (isAbandoned && !wasAbandoned) view.abandoned();
  }
  return state;
}
