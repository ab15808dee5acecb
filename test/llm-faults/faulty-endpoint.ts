import {
  type ChatBehaviour,
  type ChatServer,
  type SeenRequest,
  startChatServer,
} from "@collm/llm/testing";
import { createRng, createSearchSpace, type Rng, type SpaceSpec } from "@collm/search-space";
import { answer, type LlmFault, llmFaultNames, llmFaults } from "./llm-fault.js";

/** What the endpoint did with one request. */
export interface Served {
  readonly request: SeenRequest;
  /** Absent where it answered as it should. */
  readonly fault?: LlmFault | undefined;
  /** Tokens that the answer says it used, input and output; 0 where it says nothing. */
  readonly reportedTokens: number;
}

export interface FaultyEndpoint extends Pick<ChatServer, "baseUrl" | "close"> {
  readonly served: readonly Served[];
}

/**
 * A real HTTP server that answers as a language model in this role would, and fails a share of all
 * calls. What it does with its n-th request follows from `seed` alone.
 *
 * @param rate share of calls that fail, 0 to 1
 * @param until waited for before each answer; default: nothing
 */
export async function startFaultyEndpoint(
  spec: SpaceSpec,
  {
    role,
    rate,
    seed,
    until = async () => undefined,
  }: {
    role: "navigator" | "generator";
    rate: number;
    seed: number;
    until?: () => Promise<void>;
  },
): Promise<FaultyEndpoint> {
  const served: Served[] = [];
  const server = await startChatServer(async (request, index) => {
    await until();
    const rng = createRng("llm-faults", seed, role, index);
    const fault = rng.next() < rate ? rng.pick(llmFaultNames) : undefined;
    const behaviour = fault ? llmFaults[fault](request, rng) : honest(spec, request, rng);
    served.push({ request, fault, reportedTokens: reportedIn(behaviour) });
    return behaviour;
  });
  return { baseUrl: server.baseUrl, close: server.close, served };
}

/** Prose and candidates, as whoever is asked wants either or both. */
function honest(spec: SpaceSpec, { body }: SeenRequest, rng: Rng): ChatBehaviour {
  const space = createSearchSpace(spec);
  const drawn = Array.from({ length: 6 }, () => {
    const choices = space.genes.map(({ choices: all }) => rng.int(all.length));
    return space.fileNotation(space.canonicalise(choices));
  });
  // Models repeat themselves and leave the space.
  const candidates = [...drawn, drawn[0], { ks: [99] }];
  const json = JSON.stringify({ candidates });
  if (Object(body.response_format).type === "json_schema") return answer(json, rng);
  const prose = `## SUMMARY\nRound ${rng.int(1_000)}: wider late stages gained.\n\n# NAVIGATION DIRECTIONS\nGo deeper.`;
  return answer(`${prose}\n\n## CANDIDATES\n${json}`, rng);
}

function reportedIn(behaviour: ChatBehaviour): number {
  if (behaviour.kind !== "answer") return 0;
  const { total_tokens = 0 } = Object(behaviour.usage);
  return total_tokens;
}
