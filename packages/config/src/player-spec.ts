/** Servers that speak OpenAI's protocol; `openai` also stands for any without particular habits. */
export const endpointKinds = [
  "openai",
  "vllm",
  "ollama",
  "llama.cpp",
  "deepseek",
  "openrouter",
  "azure",
] as const;

/** Who may play a role; `replay` answers from recorded conversations. */
export const backends = ["heuristic", ...endpointKinds, "replay"] as const;

/** Somebody who plays a role, as `--llm` and lists of fallbacks write it. */
export type PlayerSpec =
  | { readonly backend: "heuristic" }
  /** `DIR`, or `DIR?strict`. */
  | { readonly backend: "replay"; readonly replayDir: string }
  | {
      readonly backend: (typeof endpointKinds)[number];
      readonly model: string;
      readonly baseUrl?: string;
    };

/** What a specification looks like, for messages. */
export const playerPhrase = `heuristic or openai:MODEL@BASE_URL, where openai may be ${endpointKinds.slice(1).join(", ")} and @BASE_URL may be missing, or replay:DIR`;

const kindPattern = endpointKinds.map((kind) => kind.replace(".", "\\.")).join("|");
const modelPattern = new RegExp(`^(${kindPattern}):([^@]+)(?:@(https?://.+))?$`);
/** A comma in a URL or a model's name is none between players. */
const commaPattern = new RegExp(`\\s*,\\s*(?=heuristic\\s*(?:,|$)|(?:${kindPattern}|replay):)`);

/** Reads `heuristic`, `KIND:MODEL@BASE_URL` or `replay:DIR`; undefined if it is none of them. */
export function parsePlayer(text: string): PlayerSpec | undefined {
  if (text === "heuristic") return { backend: "heuristic" };
  const replayDir = /^replay:(.+)$/.exec(text)?.[1];
  if (replayDir !== undefined) return { backend: "replay", replayDir };
  const match = modelPattern.exec(text);
  if (!match) return undefined;
  const [, kind, model, baseUrl] = match;
  return {
    backend: kind as (typeof endpointKinds)[number],
    model: model as string,
    ...(baseUrl ? { baseUrl } : {}),
  };
}

/** A list of players: the next one is asked where one gives no answer. */
export function splitPlayers(text: string): readonly string[] {
  return text.trim().split(commaPattern);
}

/** Where recordings are, and whether a request that has none ends the search. */
export function readReplayDir(replayDir: string): {
  readonly directory: string;
  readonly isStrict: boolean;
} {
  const isStrict = replayDir.endsWith(strictMark);
  return { directory: isStrict ? replayDir.slice(0, -strictMark.length) : replayDir, isStrict };
}

const strictMark = "?strict";

/** `replay:DIR` with the directory changed; any other player as it is. */
export function withReplayDir(spec: string, change: (directory: string) => string): string {
  const player = parsePlayer(spec);
  return player?.backend === "replay" ? `replay:${change(player.replayDir)}` : spec;
}

/** Whether nobody is asked after this player: it always answers, or ends the search. */
export function isLastPlayer(player: PlayerSpec): boolean {
  if (player.backend === "replay") return readReplayDir(player.replayDir).isStrict;
  return player.backend === "heuristic";
}

/**
 * What is wrong with those who stand in for a player: each can be read, and the heuristic, which
 * always answers, is last. So is a strict replay, which is asked in nobody's place but ends the
 * search. Undefined if nothing is.
 */
export function fallbackProblem(specs: readonly string[]): string | undefined {
  const isFine = specs.every((spec, i) => {
    const player = parsePlayer(spec);
    if (player === undefined || (isLastPlayer(player) && i < specs.length - 1)) return false;
    return !("model" in player) || isPlainUrl(player.baseUrl);
  });
  return isFine ? undefined : `${playerPhrase}, heuristic or replay:DIR?strict last`;
}

/** A password in a URL would be journaled and shown. */
function isPlainUrl(text: string | undefined): boolean {
  if (text === undefined) return true;
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}
