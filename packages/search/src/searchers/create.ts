import type { Searcher } from "../searcher.js";
import type { SearcherName } from "../searcher-settings.js";
import { ageingEvolutionSearcher } from "./ageing-evolution.js";
import { collmSearcher } from "./collm.js";
import { evolutionSearcher } from "./evolution.js";
import { localSearchSearcher } from "./local-search.js";
import { oproSearcher } from "./opro.js";
import { randomSearcher } from "./random.js";
import { reinforceSearcher } from "./reinforce.js";
import { sillmSearcher } from "./sillm.js";

/** A searcher whose state nobody outside looks into. */
type AnySearcher = Searcher<unknown>;

const searchers = {
  collm: collmSearcher as AnySearcher,
  sillm: sillmSearcher as AnySearcher,
  opro: oproSearcher as AnySearcher,
  evolution: evolutionSearcher as AnySearcher,
  "ageing-evolution": ageingEvolutionSearcher as AnySearcher,
  "local-search": localSearchSearcher as AnySearcher,
  reinforce: reinforceSearcher as AnySearcher,
  random: randomSearcher as AnySearcher,
} satisfies Record<SearcherName, AnySearcher>;

/** The searcher of that name. */
export function createSearcher(name: SearcherName): AnySearcher {
  return searchers[name];
}
