import type { ChatBackend } from "./chat-backend.js";
import type { RolePlayer } from "./endpoint/create-role-backend.js";
import type { PromptSet } from "./prompts/prompt-set.js";

/** Who is set up to play a role, for the journal; it holds no secret. */
export interface RoleDescription {
  readonly backend: string;
  /** Empty for the heuristic. */
  readonly model: string;
  /** SHA-256; empty for the heuristic, which reads no prompt. */
  readonly promptsDigest: string;
  /** `HOST:PORT` of the endpoint; empty where it is the backend's usual one. */
  readonly endpoint: string;
}

export const heuristicDescription: RoleDescription = {
  backend: "heuristic",
  model: "",
  promptsDigest: "",
  endpoint: "",
};

/** @param first the player who is asked first, whose name the role goes by */
export function describeRole(
  { name, model }: ChatBackend,
  prompts: PromptSet,
  first: RolePlayer,
): RoleDescription {
  const baseUrl = first.kind === "replay" ? undefined : first.baseUrl;
  const endpoint = baseUrl === undefined ? "" : new URL(baseUrl).host;
  return { backend: name, model, promptsDigest: prompts.digest, endpoint };
}
