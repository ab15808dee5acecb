import { CollmError } from "@collm/errors";
import { CoordinatorServiceClient, EvaluatorServiceClient } from "@collm/proto";
import { callStream, callUnary, connect, fromProtoEvent, retryUnavailable } from "@collm/rpc";
import type { SearchConfig, SearchEvent } from "@collm/search";

const shortCallMs = 30_000;
const testCallMs = 600_000;
/** How long a service that died may take to be back. */
const restartMs = 60_000;

/** The coordinator as the command line uses it. */
export class CoordinatorClient {
  readonly #client: CoordinatorServiceClient;

  constructor(address: string) {
    this.#client = connect(CoordinatorServiceClient, address);
  }

  async start(searchId: string, config: SearchConfig, supernet: string): Promise<void> {
    await callUnary(
      this.#client,
      "startSearch",
      { searchId, configJson: JSON.stringify(config), supernet },
      { timeoutMs: shortCallMs },
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

  /** Ends the search as cancelled. */
  async cancel(searchId: string): Promise<void> {
    await callUnary(this.#client, "cancelSearch", { searchId }, { timeoutMs: shortCallMs });
  }

  /** Opens the sealed test split for the winner. */
  async openTest(searchId: string): Promise<void> {
    await retryUnavailable(
      () => callUnary(this.#client, "openTest", { searchId }, { timeoutMs: testCallMs }),
      { maxWaitMs: restartMs },
    );
  }

  /**
   * Follows a search until it rests, across restarts of the coordinator: a broken stream is
   * opened again after the last event seen, once the search was resumed.
   */
  async *follow(searchId: string, signal: AbortSignal): AsyncGenerator<SearchEvent> {
    let lastSeq = 0;
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
  try {
    const pieces: Uint8Array[] = [];
    for await (const { piece } of callStream(
      client,
      "exportSubnet",
      { supernet, canonical },
      {
        timeoutMs: 600_000,
      },
    )) {
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } finally {
    client.close();
  }
}
