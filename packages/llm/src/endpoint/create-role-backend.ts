import { resolve } from "node:path";
import type { ChatBackend } from "../chat-backend.js";
import { createEndpoint, type EndpointOptions } from "../openai/create-backend.js";
import { endpointHabits } from "../openai/endpoint-kinds.js";
import { withoutKey } from "../openai/without-key.js";
import { openRecordingFolder } from "../recording/recordings.js";
import { createReplayBackend, type ReplayOptions } from "../recording/replay-backend.js";
import { withRecording } from "../recording/with-recording.js";
import { systemTiming, type Timing } from "../timing.js";
import { Breaker, withBreaker } from "./breaker.js";
import { createChain } from "./chain.js";
import { EndpointPool, type PoolUse } from "./endpoint-pool.js";
import { Limiter, type Limits } from "./limiter.js";
import { withRetries } from "./retries.js";
import { withLimits } from "./with-limits.js";

/** An endpoint and what may be asked of it. */
export interface RoleEndpoint extends EndpointOptions {
  readonly limits?: Limits | undefined;
}

/** Somebody who plays a role: an endpoint, or recordings in the place of one. */
export type RolePlayer = RoleEndpoint | ReplayOptions;

/** How a role asks, whichever endpoint it is. */
export interface RoleAsking {
  /** For one answer of one endpoint, all attempts together, in milliseconds. */
  readonly timeoutMs: number;
  /** Attempts after the first. Default 2. */
  readonly retries?: number | undefined;
  /** Longest wait before the second attempt, in milliseconds; doubles each time. Default 1,000. */
  readonly backoffMs?: number | undefined;
  /** Answers in a row that must fail before an endpoint is left alone. Default 3. */
  readonly breakerFailures?: number | undefined;
  /** How long it is then left alone, in milliseconds. Default 30,000. */
  readonly breakerOpenMs?: number | undefined;
  /** Folder that every question and its outcome is recorded in, without keys; absent records nothing. */
  readonly recordDirectory?: string | undefined;
  /** Told in one sentence why something was not recorded. */
  readonly onProblem?: ((problem: string) => void) | undefined;
  /** What is kept of the role's configuration before, so that endpoints that did not change go on as they were. */
  readonly pool?: EndpointPool | undefined;
  readonly timing?: Timing | undefined;
}

/**
 * A role's endpoints as one backend: limits around each request, attempts around those, a breaker
 * around the answer, the chain around all, and the recording around that. Models at one address share
 * its breaker and limits, which are those of the first. Recordings that are replayed need none of it.
 *
 * @throws CollmError where recordings cannot be read, or the folder for new ones not be made
 */
export async function createRoleBackend(
  players: readonly [RolePlayer, ...RolePlayer[]],
  asking: RoleAsking,
): Promise<ChatBackend> {
  const { recordDirectory, onProblem = () => undefined } = asking;
  if (recordDirectory === undefined) return await createPlayers(players, asking);
  const keys = players.map((player) => (isReplay(player) ? undefined : player.apiKey));
  const hide = (text: string): string => keys.reduce<string>(withoutKey, text);
  // Made before recordings are read: it may be the folder that is replayed as far as it goes.
  const folder = await openRecordingFolder(recordDirectory, hide);
  const isReplayed = players.some(
    (player) => isReplay(player) && resolve(player.directory) === resolve(recordDirectory),
  );
  const backend = await createPlayers(players, asking);
  return withRecording(backend, { folder, keepsReplayed: !isReplayed, onProblem });
}

async function createPlayers(
  players: readonly [RolePlayer, ...RolePlayer[]],
  asking: RoleAsking,
): Promise<ChatBackend> {
  const {
    timing = systemTiming,
    timeoutMs,
    retries,
    backoffMs,
    pool = new EndpointPool(),
  } = asking;
  const use = pool.begin();
  const limitsAt = new Map<string, Limits>();
  const create = async (player: RolePlayer): Promise<ChatBackend> => {
    if (isReplay(player)) {
      return await use.take(`replay ${JSON.stringify(player)}`, () => createReplayBackend(player));
    }
    const { limits = {}, ...endpoint } = player;
    const url = urlOf(player);
    if (!limitsAt.has(url)) limitsAt.set(url, limits);
    const { breaker, limiter } = guardsAt(url, limitsAt.get(url) ?? {}, asking, use);
    const bare = await use.take(`endpoint ${JSON.stringify(endpoint)}`, () =>
      createEndpoint({ ...endpoint, timing }),
    );
    const limited = withLimits(bare, limiter);
    const maxAttempts = retries === undefined ? undefined : retries + 1;
    const patient = withRetries(limited, { timeoutMs, maxAttempts, backoffMs, timing });
    return withBreaker(patient, breaker);
  };
  const [first, ...others] = players;
  const chain = [await create(first), ...(await Promise.all(others.map(create)))] as const;
  use.keep();
  return createChain(chain);
}

/** What guards an address for all its models; new where the role's configuration says otherwise of it. */
function guardsAt(url: string, limits: Limits, asking: RoleAsking, use: PoolUse) {
  const { breakerFailures: failures, breakerOpenMs: openMs, timing = systemTiming } = asking;
  return {
    breaker: use.take(
      `breaker ${JSON.stringify([url, failures, openMs])}`,
      () => new Breaker({ failures, openMs, timing }),
    ),
    limiter: use.take(
      `limiter ${JSON.stringify([url, limits])}`,
      () => new Limiter(limits, timing),
    ),
  };
}

function urlOf({ kind = "openai", baseUrl }: RoleEndpoint): string {
  return baseUrl ?? endpointHabits[kind].baseUrl ?? "";
}

function isReplay(player: RolePlayer): player is ReplayOptions {
  return player.kind === "replay";
}
