import type { SpaceSpec } from "@collm/search-space";
import { tinySpec } from "@collm/search-space/testing";
import { defaultSearchConfig, type SearchConfig } from "../config.js";
import { type EventOf, journalVersion } from "../events.js";
import { parseSearchId } from "../identifiers.js";

/** The id of the searches that tests start. */
export const testSearchId = parseSearchId("test-search");

/** The first event of a test search: a random search over the tiny space unless told otherwise. */
export function searchStarted(
  config: Partial<SearchConfig> = {},
  spec: SpaceSpec = tinySpec,
): EventOf<"SearchStarted"> {
  return {
    v: journalVersion,
    seq: 1,
    searchId: testSearchId,
    at: "2026-01-01T00:00:00.000Z",
    type: "SearchStarted",
    config: { ...defaultSearchConfig(config.searcher ?? "random"), ...config },
    supernet: {
      name: "synthetic",
      family: spec.family,
      digest: "sha256:0",
      contextDigest: "context-0",
      space: spec,
      validationImages: 100,
      executionProvider: "none",
      runtimeVersion: "0",
      isSynthetic: true,
    },
    versions: { collm: "0.1.0" },
    roles: { navigator: "scripted", generator: "scripted" },
  };
}
