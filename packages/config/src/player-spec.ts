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

/** Who may play a role. */
export const backends = ["heuristic", ...endpointKinds] as const;

/** Somebody who plays a role, as `--llm` and lists of fallbacks write it. */
export type PlayerSpec =
  | { readonly backend: "heuristic" }
  | {
      readonly backend: (typeof endpointKinds)[number];
      readonly model: string;
      readonly baseUrl?: string;
    };

/** What a specification looks like, for messages. */
export const playerPhrase = `heuristic or openai:MODEL@BASE_URL, where openai may be ${endpointKinds.slice(1).join(", ")} and @BASE_URL may be missing`;

const kindPattern = endpointKinds.map((kind) => kind.replace(".", "\\.")).join("|");
const modelPattern = new RegExp(`^(${kindPattern}):([^@]+)(?:@(https?://.+))?$`);
/** A comma in a URL or a model's name is none between players. */
const commaPattern = new RegExp(`\\s*,\\s*(?=heuristic\\s*(?:,|$)|(?:${kindPattern}):)`);

/** Reads `heuristic` or `KIND:MODEL@BASE_URL`; undefined if it is neither. */
export function parsePlayer(text: string): PlayerSpec | undefined {
  if (text === "heuristic") return { backend: "heuristic" };
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

/**
 * What is wrong with those who stand in for a player: each can be read, and the heuristic, which
 * always answers, is last. Undefined if nothing is.
 */
export function fallbackProblem(specs: readonly string[]): string | undefined {
  const isLastHeuristic = (i: number) => i === specs.length - 1;
  const isFine = specs.every((spec, i) => {
    const player = parsePlayer(spec);
    if (player === undefined) return false;
    return player.backend === "heuristic" ? isLastHeuristic(i) : isPlainUrl(player.baseUrl);
  });
  return isFine ? undefined : `${playerPhrase}, heuristic last`;
}

/** A password in a URL would be journaled and shown. */
function isPlainUrl(text: string | undefined): boolean {
  if (text === undefined) return true;
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}
