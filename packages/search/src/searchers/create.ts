import type { SearcherName } from "../config.js";
import type { Searcher } from "../searcher.js";
import { collmSearcher } from "./collm.js";
import { evolutionSearcher } from "./evolution.js";
import { randomSearcher } from "./random.js";

/** A searcher whose state nobody outside looks into. */
type AnySearcher = Searcher<unknown>;

const searchers = {
  collm: collmSearcher as AnySearcher,
  evolution: evolutionSearcher as AnySearcher,
  random: randomSearcher as AnySearcher,
} satisfies Record<SearcherName, AnySearcher>;

/** The searcher of that name. */
export function createSearcher(name: SearcherName): AnySearcher {
  return searchers[name];
}
