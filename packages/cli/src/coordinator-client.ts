import { CollmError } from "@collm/errors";
import { CoordinatorServiceClient, EvaluatorServiceClient } from "@collm/proto";
import { callStream, callUnary, connect, fromProtoEvent, retryUnavailable } from "@collm/rpc";
import type { SearchConfig, SearchEvent } from "@collm/search";

/** The coordinator itself waits for evaluator and roles, each a minute, before it answers. */
const shortCallMs = 150_000;
/** The test split and the export take as long as an evaluation may. */
const longCallMs = 3_600_000;
/** How long a service that died may take to be back. */
const restartMs = 60_000;

/** The coordinator as the command line uses it. */
export class CoordinatorClient {
  readonly #client: CoordinatorServiceClient;

  constructor(address: string) {
    this.#client = connect(CoordinatorServiceClient, address);
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
      { maxWaitMs: restartMs, signal },
    );
  }

  /** Continues the search; waits for a coordinator that is being started again. */
  async resume(searchId: string, signal?: AbortSignal): Promise<void> {
    await retryUnavailable(
      () =>
        callUnary(this.#client, "resumeSearch", { searchId }, { timeoutMs: shortCallMs, signal }),
      { maxWaitMs: restartMs, signal },
    );
  }

  /** Opens the sealed test split for the winner. */
  async openTest(searchId: string): Promise<void> {
    await retryUnavailable(
      () => callUnary(this.#client, "openTest", { searchId }, { timeoutMs: longCallMs }),
      { maxWaitMs: restartMs },
    );
  }

  /**
   * Follows a search until it rests, across restarts of the coordinator: a broken stream is
   * opened again after the last event seen, once the search was resumed.
   */
  async *follow(searchId: string, signal: AbortSignal, afterSeq = 0): AsyncGenerator<SearchEvent> {
    let lastSeq = afterSeq;
    for (;;) {
      try {
        const responses = callStream(
          this.#client,
          "watchSearch",
          { searchId, afterSeq: lastSeq },
          { signal },
        );
        for await (const { event } of responses) {
          if (!event) continue;
          lastSeq = event.seq;
          yield fromProtoEvent(event);
        }
        return;
      } catch (error) {
        if (signal.aborted || !CollmError.from(error).isRetryable) throw error;
        await this.resume(searchId, signal);
      }
    }
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
