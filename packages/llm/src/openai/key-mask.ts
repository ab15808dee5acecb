import type { TextKind } from "@collm/search";
import type { OnText } from "../chat-backend.js";
import { withoutKey } from "./without-key.js";

/** Pieces of a text on their way to somebody who may not see the key. */
export interface KeyMask {
  push(piece: string, kind: TextKind): void;
  /** Gives what was held back. */
  end(): void;
}

/**
 * Replaces the key in a text that comes in pieces, which may cut it: an end that may be the key's
 * beginning is held back until more has come, and is then of the kind of what came.
 */
export function createKeyMask(apiKey: string | undefined, emit: OnText): KeyMask {
  let held = "";
  let kind: TextKind = "answer";
  const give = (text: string): void => {
    if (text !== "") emit(text, kind);
  };
  return {
    push: (piece, kindOfPiece) => {
      kind = kindOfPiece;
      const text = withoutKey(held + piece, apiKey);
      const size = beginningAtEnd(text, apiKey ?? "");
      held = text.slice(text.length - size);
      give(text.slice(0, text.length - size));
    },
    end: () => {
      give(held);
      held = "";
    },
  };
}

/** Characters at the end of a text that the key begins with, all of it excepted. */
function beginningAtEnd(text: string, key: string): number {
  for (let size = Math.min(key.length - 1, text.length); size > 0; size--) {
    if (text.endsWith(key.slice(0, size))) return size;
  }
  return 0;
}
