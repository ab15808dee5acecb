import { fetchTrusting } from "../openai/ca-fetch.js";
import type { EndpointOptions } from "../openai/create-backend.js";
import { endpointHabits } from "../openai/endpoint-kinds.js";
import { readText } from "../openai/read-text.js";

/** What an endpoint tells about its model on pages beside the answers. */
export interface ToldAboutModel {
  /** Whether the model is in the endpoint's list; absent where there is no list. */
  readonly isListed?: boolean | undefined;
  /** Tokens of input and output together; absent where the endpoint does not tell. */
  readonly contextTokens?: number | undefined;
}

/** A list of hundreds of models has some hundred kilobytes. */
const maxPageBytes = 8 * 2 ** 20;

/**
 * Asks what servers tell about a model: the list of models (vLLM and OpenRouter say the context's length
 * there), Ollama's `/api/show` and llama.cpp's `/props`. A page that is missing or strange tells nothing.
 */
export async function askAboutModel(
  options: EndpointOptions,
  signal: AbortSignal,
): Promise<ToldAboutModel> {
  const { kind = "openai", model } = options;
  const baseUrl = (options.baseUrl ?? endpointHabits[kind].baseUrl ?? "").replace(/\/+$/, "");
  const root = baseUrl.replace(/\/v\d+$/, "");
  // Behind `openai` with an address of its own may be any server.
  const isAny = kind === "openai" && options.baseUrl !== undefined;
  const page = (url: string, body?: object) => readPage(url, body, options, signal);
  const list = arrayOf(fieldOf(await page(`${baseUrl}/models`), "data"));
  const entry = list?.find((one) => fieldOf(one, "id") === model);
  const isListed = list && entry !== undefined;
  const inList =
    numberIn(entry, "max_model_len") ??
    numberIn(entry, "context_length") ??
    numberIn(fieldOf(entry, "meta"), "n_ctx");
  if (inList !== undefined) return { isListed, contextTokens: inList };
  if (kind === "llama.cpp" || isAny) {
    const props = await page(`${root}/props`);
    const told = numberIn(fieldOf(props, "default_generation_settings"), "n_ctx");
    if (told !== undefined) return { isListed, contextTokens: told };
  }
  if (kind === "ollama" || isAny) {
    const info = fieldOf(await page(`${root}/api/show`, { model }), "model_info");
    const key = Object.keys(Object(info)).find((name) => name.endsWith(".context_length"));
    return { isListed, contextTokens: key === undefined ? undefined : numberIn(info, key) };
  }
  return { isListed };
}

async function readPage(
  url: string,
  body: object | undefined,
  { kind = "openai", apiKey, apiVersion, caCertificates }: EndpointOptions,
  signal: AbortSignal,
): Promise<unknown> {
  const get = caCertificates === undefined ? fetch : fetchTrusting(caCertificates);
  const { keyHeader } = endpointHabits[kind];
  const key = keyHeader === undefined ? `Bearer ${apiKey}` : apiKey;
  try {
    const address = new URL(url);
    if (apiVersion !== undefined) address.searchParams.set("api-version", apiVersion);
    const response = await get(address, {
      method: body ? "POST" : "GET",
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { [keyHeader ?? "authorization"]: key as string }),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal,
    });
    const pieces = response.body as unknown as AsyncIterable<Uint8Array> | null;
    const text = pieces ? await readText(pieces, maxPageBytes, "throw") : "";
    return response.ok ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return Object(value)[name];
}

function arrayOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function numberIn(value: unknown, name: string): number | undefined {
  const number = fieldOf(value, name);
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : undefined;
}
