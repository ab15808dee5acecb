/** Ten times the longest honest answer with its escapes. */
const maxBytes = 16 * 2 ** 20;

/**
 * `fetch` for endpoints that ignore `stream: true` and answer as a whole: the completion becomes
 * one event of a stream, so that there is a single way to read an answer. Other responses are left
 * as they are.
 */
export async function fetchAsStream(
  input: string | URL | Request,
  init?: RequestInit,
): Promise<Response> {
  const response = await fetch(input, init);
  const contentType = response.headers.get("content-type") ?? "";
  if (!response.ok || !response.body || !/^application\/json\b/i.test(contentType)) return response;
  const text = await readText(response.body);
  return new Response(eventsOf(text) ?? text, {
    status: response.status,
    headers: { "content-type": "text/event-stream" },
  });
}

async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  // A response is iterable in Node; the types of the web do not say so.
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** A completion as server-sent events; undefined if the text is none. */
function eventsOf(text: string): string | undefined {
  const completion = parse(text);
  if (!isRecord(completion) || !Array.isArray(completion.choices)) return undefined;
  const choices = completion.choices.map((choice: unknown) => {
    if (!isRecord(choice)) return choice;
    const { message, ...others } = choice;
    return { ...others, delta: message };
  });
  return `data: ${JSON.stringify({ ...completion, choices })}\n\ndata: [DONE]\n\n`;
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
