import type { ChatBehaviour, SeenRequest } from "@collm/llm/testing";
import type { Rng } from "@collm/search-space";

/** Says whatever the request was authorised with, as some gateways do in errors. */
const keyOf = ({ authorization = "" }: SeenRequest): string => authorization.replace("Bearer ", "");

const statuses = [400, 401, 403, 404, 408, 409, 422, 429, 500, 502, 503, 529] as const;

const garbage = [
  "I would be happy to help you with neural architecture search!",
  '{"candidates": [{"ks": "three", "e": null, "d": [[[]]], "r": 1e999}]}',
  '{"candidates": {"candidates": "candidates"}}',
  "```json\n[[[[[[[[[[[[[[[[\n```",
  '{"layers": [{"type": "conv"}]} '.repeat(500),
  "\u0000\u0007\ud83d<think>",
] as const;

type Fault = (request: SeenRequest, rng: Rng) => ChatBehaviour;

/** Ways in which a call fails, as hosted and local endpoints were seen to do. */
export const llmFaults = {
  "error status": (request, rng) => ({
    kind: "status",
    status: rng.pick(statuses),
    body: { error: { message: `refused for ${request.authorization}`, type: "test" } },
    headers: rng.next() < 0.3 ? { "retry-after": rng.pick(["0", "1", "3600"]) } : {},
  }),
  "no answer before the deadline": (_, rng) => ({
    kind: "hang",
    pieces: rng.next() < 0.5 ? ["## SUM"] : undefined,
  }),
  "stream that breaks": (request, rng) => ({
    kind: "truncated",
    pieces: ["Deeper stages ", '{"candidates": [{"ks": [3,', keyOf(request)],
    how: rng.pick(["cut", "end"]),
  }),
  "web page": (request, rng) => ({
    kind: "raw",
    status: rng.pick([200, 502]),
    contentType: "text/html",
    body: `<html><title>Sign in, ${keyOf(request)}</title><body>${"<p>wait</p>".repeat(50)}</body></html>`,
  }),
  "garbage for an answer": (_, rng) => answer(rng.pick(garbage), rng),
  "empty answer": (_, rng) => answer("", rng, rng.pick(["stop", "length"])),
  refusal: (request, rng) => ({
    ...answer("", rng),
    refusal: `I can't help with ${keyOf(request)}.`,
  }),
  "status 200 with an error": (request, rng) => {
    const error = JSON.stringify({
      error: { message: `overloaded: ${keyOf(request)}`, code: rng.pick([429, 500, "busy"]) },
    });
    return rng.next() < 0.5
      ? { kind: "raw", contentType: "application/json", body: error }
      : { kind: "raw", body: `data: ${error}\n\n` };
  },
  "answer without an end": (_, rng) => ({
    kind: "endless",
    how: rng.pick(["pieces", "line", "document"]),
  }),
} as const satisfies Record<string, Fault>;

export type LlmFault = keyof typeof llmFaults;
export const llmFaultNames = Object.keys(llmFaults) as LlmFault[];

/** An answer with the usage that an endpoint charges for it. */
export function answer(
  text: string,
  rng: Rng,
  finish = "stop",
): Extract<ChatBehaviour, { kind: "answer" }> {
  const [prompt_tokens, completion_tokens] = [500 + rng.int(1_000), 1 + rng.int(400)];
  const usage = {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
  };
  const cut = rng.int(text.length + 1);
  return { kind: "answer", pieces: [text.slice(0, cut), text.slice(cut)], finish, usage };
}
