import { CollmError, checkValue } from "@collm/errors";
import type { CoordinatorServiceServer, coordinator } from "@collm/proto";
import { serverStream, toProtoEvent, toProtoRoleText, unary } from "@collm/rpc";
import {
  parseSearchId,
  type SearchConfig,
  type SearchId,
  type SearchState,
  searchConfigSchema,
} from "@collm/search";
import type { LiveTexts } from "./live-texts.js";
import { type SearchSummary, summaryOf } from "./search-summary.js";
import type { Searches } from "./searches.js";
import { watchWithTexts } from "./watch-with-texts.js";

/** The coordinator's gRPC face: converts, and leaves the rest to {@link Searches}. */
export function createCoordinatorService(
  searches: Searches,
  texts: LiveTexts,
): CoordinatorServiceServer {
  return {
    startSearch: unary(async ({ searchId, configJson, supernet }) => {
      const id = readSearchId(searchId);
      return { search: toProto(id, await searches.start(id, readConfig(configJson), supernet)) };
    }),
    resumeSearch: unary(async ({ searchId }) => {
      const id = readSearchId(searchId);
      return { search: toProto(id, await searches.resume(id)) };
    }),
    getSearch: unary(async ({ searchId }) => {
      const id = readSearchId(searchId);
      const state = await searches.find(id);
      if (!state) throw new CollmError("not-found", `search "${id}": no journal of that name`);
      return { search: toProto(id, state) };
    }),
    listSearches: unary(async () => {
      const found = await searches.list();
      return { searches: found.map(summaryToProto) };
    }),
    watchSearch: serverStream(async function* ({ searchId, afterSeq, hasText }, { signal }) {
      const id = readSearchId(searchId);
      const events = searches.watch(id, afterSeq, signal);
      if (!hasText) {
        for await (const event of events) yield { event: toProtoEvent(event) };
        return;
      }
      for await (const watched of watchWithTexts(events, (onText) => texts.hear(id, onText))) {
        if (watched.kind === "event") yield { event: toProtoEvent(watched.event) };
        else yield { event: undefined, text: toProtoRoleText(watched.text) };
      }
    }),
    cancelSearch: unary(async ({ searchId }) => {
      await searches.cancel(readSearchId(searchId));
      return {};
    }),
    openTest: unary(async ({ searchId }) => {
      const { top1Percent, top5Percent, images } = await searches.openTest(readSearchId(searchId));
      return { top1Percent, top5Percent, images };
    }),
  };
}

function readSearchId(text: string): SearchId {
  try {
    return parseSearchId(text);
  } catch (error) {
    throw new CollmError("invalid-argument", (error as Error).message);
  }
}

function readConfig(json: string): SearchConfig {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new CollmError("invalid-argument", "config_json: not valid JSON");
  }
  const checked = checkValue(searchConfigSchema, value);
  if (checked.kind === "valid") return checked.value;
  throw new CollmError("invalid-argument", `config_json: ${checked.problems.join("; ")}`);
}

function toProto(searchId: SearchId, state: SearchState): coordinator.Search {
  return summaryToProto(summaryOf(searchId, state));
}

function summaryToProto({ id, phase, ...summary }: SearchSummary): coordinator.Search {
  const { startedAt, lastEventAt } = summary;
  return {
    ...summary,
    searchId: id,
    status: phase,
    startedAt: startedAt === undefined ? undefined : new Date(startedAt),
    lastEventAt: lastEventAt === undefined ? undefined : new Date(lastEventAt),
  };
}
