/** Servers whose ways the test server has, as far as a client sees them. */
export type Flavour = "openai" | "vllm" | "ollama" | "llama.cpp" | "deepseek";

/** What a server can be told to make of `response_format`. */
export type FormatSupport = "schema" | "json" | "refused" | "ignored";

export interface FlavourWays {
  /** Field of a delta that reasoning comes in. */
  readonly reasoningField: "reasoning" | "reasoning_content";
  /** What answers are constrained to. */
  readonly format: FormatSupport;
  /** Fields of each chunk beside the usual ones. */
  readonly chunkFields: Readonly<Record<string, unknown>>;
  /** Lines that come before the first chunk. */
  readonly comments: readonly string[];
  /** An error's body. */
  errorBody(status: number, message: string): unknown;
  /** What a server says to a format that it does not know. */
  readonly formatRefusal: { readonly status: number; readonly message: string };
  /** `/v1/models`, and paths beside it that tell the context's length. */
  pages(model: string, contextTokens: number): Readonly<Record<string, unknown>>;
}

function listOf(model: string, fields: object): unknown {
  return { object: "list", data: [{ id: model, object: "model", ...fields }] };
}

function openAiError(_status: number, message: string): unknown {
  return { error: { message, type: "invalid_request_error", param: null, code: null } };
}

export const flavours: Readonly<Record<Flavour, FlavourWays>> = {
  openai: {
    reasoningField: "reasoning_content",
    format: "schema",
    chunkFields: { system_fingerprint: "fp_test", service_tier: "default" },
    comments: [],
    errorBody: openAiError,
    formatRefusal: {
      status: 400,
      message: "Invalid parameter: 'response_format' of type 'json_schema' is not supported",
    },
    pages: (model) => ({ "/v1/models": listOf(model, { owned_by: "system" }) }),
  },
  vllm: {
    reasoningField: "reasoning",
    format: "schema",
    chunkFields: {},
    comments: [],
    errorBody: (code, message) => ({
      error: { message, type: "BadRequestError", param: null, code },
    }),
    formatRefusal: { status: 400, message: "Failed to compile the grammar of response_format" },
    pages: (model, contextTokens) => ({
      "/v1/models": listOf(model, { owned_by: "vllm", max_model_len: contextTokens }),
    }),
  },
  ollama: {
    reasoningField: "reasoning",
    format: "schema",
    chunkFields: { system_fingerprint: "fp_ollama" },
    comments: [],
    errorBody: (_status, message) => ({
      error: { message, type: "api_error", param: null, code: null },
    }),
    formatRefusal: { status: 400, message: "invalid format" },
    pages: (model, contextTokens) => ({
      "/v1/models": listOf(model, { owned_by: "library" }),
      "/api/show": {
        capabilities: ["completion", "thinking"],
        model_info: {
          "general.architecture": "qwen3",
          "qwen3.block_count": 36,
          "qwen3.context_length": contextTokens,
        },
      },
    }),
  },
  "llama.cpp": {
    reasoningField: "reasoning_content",
    format: "schema",
    chunkFields: { system_fingerprint: "b6000-test" },
    comments: [],
    errorBody: (code, message) => ({ error: { code, message, type: "invalid_request_error" } }),
    formatRefusal: {
      status: 400,
      message: 'Either "json_schema" or "grammar" can be specified, but not both',
    },
    pages: (model, contextTokens) => ({
      "/v1/models": listOf(model, {
        owned_by: "llamacpp",
        meta: { n_ctx_train: 4 * contextTokens },
      }),
      "/props": { total_slots: 1, default_generation_settings: { n_ctx: contextTokens } },
    }),
  },
  deepseek: {
    reasoningField: "reasoning_content",
    format: "json",
    chunkFields: { system_fingerprint: "fp_test" },
    comments: [": keep-alive"],
    errorBody: (_status, message) => ({
      error: {
        message,
        type: "invalid_request_error",
        param: null,
        code: "invalid_request_error",
      },
    }),
    formatRefusal: { status: 400, message: "This response_format type is unavailable now" },
    pages: (model) => ({ "/v1/models": listOf(model, { owned_by: "deepseek" }) }),
  },
};
