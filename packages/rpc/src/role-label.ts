import type { search } from "@collm/proto";

/**
 * Who plays a role, in a word for the journal: `heuristic`, `openai:qwen3-30b prompts 1a2b3c4d`, or with the
 * endpoint where it is not the backend's usual one: `vllm:qwen3-30b@gpu:8000 prompts 1a2b3c4d`.
 */
export function roleLabel(role: search.Role | undefined): string {
  if (!role) return "unknown";
  const model = role.model === "" ? "" : `:${role.model}`;
  const endpoint = role.endpoint === "" ? "" : `@${role.endpoint}`;
  const prompts = role.promptsDigest === "" ? "" : ` prompts ${role.promptsDigest.slice(0, 8)}`;
  return `${role.backend}${model}${endpoint}${prompts}`;
}
