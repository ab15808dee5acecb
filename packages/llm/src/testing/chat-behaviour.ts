/** How the server treats one request; the last behaviour of a list repeats. */
export type ChatBehaviour =
  /** Streams the pieces; `reasoning` goes first in the field of that name, or in the flavour's. */
  | {
      readonly kind: "answer";
      readonly pieces: readonly string[];
      readonly reasoning?: string | undefined;
      readonly reasoningField?: "reasoning" | "reasoning_content" | undefined;
      readonly finish?: string | undefined;
      readonly usage?: unknown;
      readonly refusal?: string | undefined;
      /** How long the server thinks before it says anything, in milliseconds. */
      readonly firstByteMs?: number | undefined;
    }
  /** The same in one document, as from a server that knows no streams. */
  | { readonly kind: "whole"; readonly text: string; readonly usage?: unknown }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** These bytes, whatever they are; with status 200 if none is said. */
  | {
      readonly kind: "raw";
      readonly body: string;
      readonly contentType?: string | undefined;
      readonly status?: number | undefined;
    }
  /** Some pieces, then the socket dies (`cut`) or the response ends politely (`end`). */
  | { readonly kind: "truncated"; readonly pieces: readonly string[]; readonly how: "cut" | "end" }
  /** An answer without an end: many pieces, one line that never ends, or one document. */
  | { readonly kind: "endless"; readonly how: "pieces" | "line" | "document" }
  /** Accepts the request and never answers, after these pieces if there are any. */
  | { readonly kind: "hang"; readonly pieces?: readonly string[] | undefined };

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty where there was none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether the client went away before the response was complete. */
  isAborted: boolean;
}

/** A behaviour, or a function that chooses one by the request. */
export type ChatScript =
  | readonly ChatBehaviour[]
  | ((request: SeenRequest, index: number) => ChatBehaviour | Promise<ChatBehaviour>);

/** Answers as the request asks: JSON with what the schema requires, any JSON, or a text. */
export function obedient({ body }: SeenRequest): ChatBehaviour {
  const format = Object(body.response_format);
  const required: readonly string[] = Object(format.json_schema?.schema).required ?? [];
  const text =
    format.type === "json_schema"
      ? JSON.stringify(Object.fromEntries(required.map((key) => [key, "hello"])))
      : format.type === "json_object"
        ? '{"text": "hello"}'
        : "Hello.";
  const usage = { prompt_tokens: 20, completion_tokens: 5, total_tokens: 25 };
  return { kind: "answer", pieces: [text.slice(0, 3), text.slice(3)], usage };
}
