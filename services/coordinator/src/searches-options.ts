import type { Journals } from "@collm/journal";
import type { EventOf, SearchEvent, SearcherName, SearchId, SupernetInfo } from "@collm/search";
import type { Logger } from "@collm/telemetry";
import type { SearchPorts } from "./active-search.js";
import type { Peers } from "./backends.js";
import type { WantedSupernet } from "./supernet-name.js";
import type { TestRequest } from "./test-request.js";

/** What the searches of a coordinator are driven with. */
export interface SearchesOptions {
  readonly journals: Journals;
  readonly ports: Omit<SearchPorts, "roles" | "onEvent"> & {
    readonly roles: (searchId: SearchId) => SearchPorts["roles"];
  };
  /** Makes who is told the events of one search. */
  readonly observe?: (() => (event: SearchEvent) => void) | undefined;
  /** Says what a supernet of this name is, the wanted one if there are several. */
  readonly describeSupernet: (wanted: WantedSupernet) => Promise<SupernetInfo>;
  /** Measures on the sealed test split; called for finished searches only. */
  readonly measureTest: (request: TestRequest) => Promise<EventOf<"TestCompleted">["result"]>;
  /** Who plays the roles that this searcher needs, e.g. `{ navigator: "heuristic" }`. */
  readonly describeRoles: (searcher: SearcherName) => Promise<Record<string, string>>;
  readonly versions: Readonly<Record<string, string>>;
  /** Coordinators that share the journals; absent where this one has them for itself. */
  readonly peers?: Peers | undefined;
  readonly logger: Logger;
}
