import { type ChatServer, startChatServer } from "@collm/llm/testing";

/** A model that answers only when it is allowed to, so that a search waits for whoever disturbs it. */
export class HeldModel {
  #server: ChatServer | undefined;
  #answers = 0;
  #allowed = 0;
  #wake: () => void = () => undefined;
  #changed: Promise<void> = Promise.resolve();

  static async start(): Promise<HeldModel> {
    const model = new HeldModel();
    model.#renew();
    model.#server = await startChatServer(async () => {
      const number = ++model.#answers;
      while (number > model.#allowed) await model.#changed;
      return { kind: "answer", pieces: [`Vary every dimension; this is strategy ${number}.`] };
    });
    return model;
  }

  get baseUrl(): string {
    return this.#server?.baseUrl ?? "";
  }

  /** Lets it answer so many questions more. */
  allow(answers: number): void {
    this.#allowed += answers;
    this.#wake();
    this.#renew();
  }

  async close(): Promise<void> {
    this.allow(Number.POSITIVE_INFINITY);
    await this.#server?.close();
  }

  #renew(): void {
    this.#changed = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
