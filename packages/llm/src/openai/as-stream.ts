import { pageInWords } from "./page-in-words.js";
import { AnswerTooLong, readText } from "./read-text.js";

/** Ten times the longest honest answer with its escapes. */
const maxBytes = 16 * 2 ** 20;
/** Of one event; the client reads a line anew with each piece of it. */
const maxLineBytes = 2 ** 20;
const lineFeed = 10;
/** More of an error's text is read by nobody. */
const maxErrorBytes = 64 * 2 ** 10;

/** What an answer that came whole says it is, as opposed to `chat.completion.chunk`. */
export const wholeAnswer = "chat.completion";

/**
 * `fetch` for endpoints as they are, so that there is a single way to read an answer. What comes is told
 * by its first character, as content types are often wrong: a completion that ignored `stream: true`
 * becomes one event of a stream, an error with status 200 becomes an error, and so does a web page. No
 * body is read beyond what an answer may have.
 */
export function fetchAsStream(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, status, headers } = response;
    if (!body) return response;
    if (!response.ok)
      return errorResponse(await readText(body, maxErrorBytes, "cut"), status, headers);
    const { first, pieces } = await begin(body);
    const text = () => readText(pieces, maxBytes, "throw");
    if (first === "{") return wholeResponse(await text(), headers);
    if (first === "<")
      return errorResponse(await readText(pieces, maxErrorBytes, "cut"), 502, headers);
    return new Response(streamOf(limited(pieces)), {
      headers: { "content-type": "text/event-stream" },
    });
  };
}

/** A completion as one event; an error in the place of one as that error. */
function wholeResponse(text: string, headers: Headers): Response {
  const document = parse(text);
  if (isRecord(document) && document.error != null && !Array.isArray(document.choices)) {
    return errorResponse(text, statusIn(document.error) ?? 502, headers);
  }
  if (!isRecord(document) || !Array.isArray(document.choices)) {
    return new Response("", { headers: { "content-type": "text/event-stream" } });
  }
  const choices = document.choices.map((choice: unknown) => {
    if (!isRecord(choice)) return choice;
    const { message, ...others } = choice;
    return { ...others, delta: message };
  });
  const event = JSON.stringify({ ...document, object: wholeAnswer, choices });
  return new Response(`data: ${event}\n\ndata: [DONE]\n\n`, {
    headers: { "content-type": "text/event-stream" },
  });
}

/** An error in the one form that the client reads: web pages and other shapes put into words. */
function errorResponse(text: string, status: number, from: Headers): Response {
  const document = parse(text);
  const error = isRecord(document) ? (document.error ?? document) : { message: pageInWords(text) };
  const headers = new Headers({ "content-type": "application/json" });
  for (const name of ["retry-after", "retry-after-ms"]) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  const told = typeof error === "string" ? { message: error } : error;
  return new Response(JSON.stringify({ error: told }), { status, headers });
}

/** The HTTP status that an error names itself, as some servers and gateways do in `code`. */
export function statusIn(error: unknown): number | undefined {
  if (!isRecord(error)) return undefined;
  const status = Number(error.status ?? error.code);
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : undefined;
}

/** The first character that is no space, and the whole body again. */
async function begin(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly first: string; readonly pieces: AsyncIterable<Uint8Array> }> {
  const iterator = body[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let first = "";
  let sizeBytes = 0;
  while (first === "" && sizeBytes < maxErrorBytes) {
    const { done, value } = await iterator.next();
    if (done) break;
    seen.push(value);
    sizeBytes += value.byteLength;
    first = new TextDecoder().decode(value).trimStart().charAt(0);
  }
  async function* pieces(): AsyncIterable<Uint8Array> {
    try {
      yield* seen;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return;
        yield value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { first, pieces: pieces() };
}

/** A stream without line ends would otherwise fill the memory of whoever looks for them. */
async function* limited(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let sizeBytes = 0;
  let lineBytes = 0;
  for await (const piece of pieces) {
    sizeBytes += piece.byteLength;
    const lineEnd = piece.lastIndexOf(lineFeed);
    lineBytes = lineEnd === -1 ? lineBytes + piece.byteLength : piece.byteLength - lineEnd - 1;
    if (sizeBytes > maxBytes) throw new AnswerTooLong(maxBytes);
    if (lineBytes > maxLineBytes) throw new AnswerTooLong(maxLineBytes);
    yield piece;
  }
}

function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await iterator.return?.()),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
