import type { RoleText, SearchEvent } from "@collm/search";
import type { LiveTexts } from "./live-texts.js";
import { TextBuffer } from "./text-buffer.js";

type Watched =
  | { readonly kind: "event"; readonly event: SearchEvent }
  | { readonly kind: "text"; readonly text: RoleText };

/**
 * The events, and between them what is being written. Events are all there and in order; texts fill the
 * pauses, and those that come faster than they are taken are left out. Ends with the events.
 */
export async function* watchWithTexts(
  events: AsyncGenerator<SearchEvent>,
  hear: (onText: (text: RoleText) => void) => ReturnType<LiveTexts["hear"]>,
): AsyncGenerator<Watched> {
  const buffer = new TextBuffer();
  let wake = (): void => undefined;
  let arrived: Promise<IteratorResult<SearchEvent>> | undefined;
  const askForEvent = (): void => {
    arrived = undefined;
    const next = events.next();
    const settle = (): void => {
      arrived = next;
      wake();
    };
    next.then(settle, settle);
  };
  const hearing = hear((text) => {
    buffer.push(text);
    wake();
  });
  try {
    askForEvent();
    for (;;) {
      // A text came before the event that waits behind it, which is mostly the end of that text.
      const text = buffer.take();
      if (text) yield { kind: "text", text };
      if (arrived) {
        const next = await arrived;
        if (next.done) return;
        yield { kind: "event", event: next.value };
        askForEvent();
      } else if (!text) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    hearing.stop();
    // Not awaited: it returns when what it waits for has come.
    events.return(undefined).catch(() => undefined);
  }
}
