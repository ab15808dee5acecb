import { CollmError } from "@collm/errors";
import { CoordinatorServiceClient, type coordinator, EvaluatorServiceClient } from "@collm/proto";
import {
  callStream,
  callUnary,
  connect,
  fromProtoEvent,
  fromProtoRoleText,
  type RetryOptions,
  retryUnavailable,
  sleep,
  type Tls,
} from "@collm/rpc";
import type { RoleText, SearchConfig, SearchEvent, SearchId } from "@collm/search";

/** The coordinator itself waits for evaluator and roles, each a minute, before it answers. */
const shortCallMs = 150_000;
/** The test split and the export take as long as an evaluation may. */
const longCallMs = 3_600_000;
/** How long a service that died may take to be back. */
const restartMs = 60_000;
/** How often a search that does not run is looked at again. */
const watchAgainMs = 1_000;

/** Told what language models are writing, between the events. */
export type OnRoleText = (text: RoleText) => void;

/** The coordinator as the command line uses it. */
export class CoordinatorClient {
  readonly #client: CoordinatorServiceClient;
  readonly #onAway: (error: CollmError) => void;

  /**
   * @param tls undefined: plaintext, which the services of the embedded mode speak on loopback.
   * @param onAway told when a call finds no coordinator and waits for one, up to a minute.
   */
  constructor(
    address: string,
    tls: Tls | undefined,
    onAway: (error: CollmError) => void = () => undefined,
  ) {
    this.#client = connect(CoordinatorServiceClient, address, { tls });
    this.#onAway = onAway;
  }

  /** Starts the search; asking again after a broken call starts nothing twice. */
  async start(
    searchId: string,
    config: SearchConfig,
    supernet: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const request = { searchId, configJson: JSON.stringify(config), supernet };
    await retryUnavailable(
      () => callUnary(this.#client, "startSearch", request, { timeoutMs: shortCallMs, signal }),
      this.#patience(signal),
    );
  }

  /** Continues the search; waits for a coordinator that is being started again. */
  async resume(searchId: string, signal?: AbortSignal): Promise<void> {
    await retryUnavailable(
      () =>
        callUnary(this.#client, "resumeSearch", { searchId }, { timeoutMs: shortCallMs, signal }),
      this.#patience(signal),
    );
  }

  /** Opens the sealed test split for the winner. */
  async openTest(searchId: string): Promise<void> {
    await retryUnavailable(
      () => callUnary(this.#client, "openTest", { searchId }, { timeoutMs: longCallMs }),
      this.#patience(),
    );
  }

  #patience(signal?: AbortSignal): RetryOptions {
    let isTold = false;
    return {
      maxWaitMs: restartMs,
      signal,
      onRetry: (error) => {
        if (!isTold) this.#onAway(error);
        isTold = true;
      },
    };
  }

  /**
   * Follows a search until it rests, across restarts of the coordinator: a broken stream is
   * opened again after the last event seen, once the search was resumed.
   */
  async *follow(
    searchId: string,
    signal: AbortSignal,
    { afterSeq = 0, onText }: { afterSeq?: number; onText?: OnRoleText | undefined } = {},
  ): AsyncGenerator<SearchEvent> {
    let lastSeq = afterSeq;
    for (;;) {
      try {
        for await (const event of this.#events(searchId, lastSeq, signal, onText)) {
          lastSeq = event.seq;
          yield event;
        }
        return;
      } catch (error) {
        if (signal.aborted || !CollmError.from(error).isRetryable) throw error;
        await this.resume(searchId, signal);
      }
    }
  }

  /**
   * The events of a search without driving it, in pieces: first those there are, then each that
   * comes, until it rests. A coordinator that is away is waited for, as is one where the search
   * does not run just now.
   */
  async *watch(
    searchId: SearchId,
    signal: AbortSignal,
    onText?: OnRoleText,
  ): AsyncGenerator<readonly SearchEvent[]> {
    const { search } = await callUnary(this.#client, "getSearch", { searchId }, { signal });
    const early: SearchEvent[] = [];
    let lastSeq = 0;
    let lostAt: number | undefined;
    while (!signal.aborted) {
      try {
        for await (const event of this.#events(searchId, lastSeq, signal, onText)) {
          lostAt = undefined;
          lastSeq = event.seq;
          if (lastSeq > (search?.lastSeq ?? 0)) yield [event];
          else early.push(event);
          if (lastSeq === search?.lastSeq) yield early;
        }
        yield [];
      } catch (error) {
        if (signal.aborted) return;
        lostAt ??= performance.now();
        const isLost = performance.now() - lostAt > restartMs;
        if (isLost || !CollmError.from(error).isRetryable) throw error;
      }
      await sleep(watchAgainMs, signal).catch(() => undefined);
    }
  }

  /** What language models write for the search, and nothing else; ends when the call breaks or `signal` aborts. */
  async hearTexts(searchId: SearchId, signal: AbortSignal, onText: OnRoleText): Promise<void> {
    for await (const _ of this.#events(searchId, Number.MAX_SAFE_INTEGER, signal, onText)) return;
  }

  async *#events(
    searchId: string,
    afterSeq: number,
    signal: AbortSignal,
    onText: OnRoleText | undefined,
  ): AsyncGenerator<SearchEvent> {
    const request = { searchId, afterSeq, hasText: onText !== undefined };
    const messages = callStream(this.#client, "watchSearch", request, { signal });
    for await (const { event, text } of messages) {
      if (event) yield fromProtoEvent(event);
      const written = text && fromProtoRoleText(text);
      if (written) onText?.(written);
    }
  }

  /** All searches that the coordinator knows; reading long journals for the first time takes it a while. */
  async list(): Promise<readonly coordinator.Search[]> {
    const answer = await callUnary(this.#client, "listSearches", {}, { timeoutMs: shortCallMs });
    return answer.searches;
  }

  close(): void {
    this.#client.close();
  }
}

/** The winning subnet as ONNX bytes, from the evaluator that holds its weights. */
export async function fetchSubnet(
  address: string,
  supernet: string,
  canonical: string,
): Promise<Uint8Array> {
  const client = connect(EvaluatorServiceClient, address);
  const fetch = async (): Promise<Uint8Array> => {
    const request = { supernet, canonical };
    const pieces: Uint8Array[] = [];
    for await (const { piece } of callStream(client, "exportSubnet", request, {
      timeoutMs: longCallMs,
    })) {
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  };
  try {
    return await retryUnavailable(fetch, { maxWaitMs: restartMs });
  } finally {
    client.close();
  }
}
