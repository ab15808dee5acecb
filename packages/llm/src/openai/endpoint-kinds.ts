import type { ReasoningField } from "./reasoning.js";

/** Servers whose habits are known. `openai` also stands for any other compatible endpoint. */
export type EndpointKind =
  | "openai"
  | "vllm"
  | "ollama"
  | "llama.cpp"
  | "deepseek"
  | "openrouter"
  | "azure";

/** What is particular to one kind of server. */
export interface EndpointHabits {
  /** Up to and including the version; absent where every user has another. */
  readonly baseUrl?: string;
  /** Header of the key; absent means `Authorization: Bearer`. */
  readonly keyHeader?: string;
  /** How reasoning is turned on, off or up. */
  readonly reasoning: ReasoningField;
  /** The most that answers can be constrained to, where that is less than a schema. */
  readonly format?: "json_object";
}

export const endpointHabits: Readonly<Record<EndpointKind, EndpointHabits>> = {
  openai: { baseUrl: "https://api.openai.com/v1", reasoning: "reasoning_effort" },
  vllm: { baseUrl: "http://localhost:8000/v1", reasoning: "chat_template_kwargs" },
  ollama: { baseUrl: "http://localhost:11434/v1", reasoning: "reasoning_effort" },
  "llama.cpp": { baseUrl: "http://localhost:8080/v1", reasoning: "chat_template_kwargs" },
  // Answers a schema with 400; asking for one would cost a request after each start.
  deepseek: { baseUrl: "https://api.deepseek.com", reasoning: "thinking", format: "json_object" },
  openrouter: { baseUrl: "https://openrouter.ai/api/v1", reasoning: "reasoning" },
  azure: { keyHeader: "api-key", reasoning: "reasoning_effort" },
};
