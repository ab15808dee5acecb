import type { KV } from "@nats-io/kv";
import { z } from "zod";
import { tokenOf } from "./names.js";
import { parseJson } from "./parse-json.js";
import { patiently } from "./patiently.js";

const letterSchema = z.strictObject({
  v: z.literal(1),
  /** Content key; of work that could not be read, the stream's name and sequence. */
  key: z.string(),
  epoch: z.int().nonnegative(),
  code: z.string(),
  /** Whether the same work may succeed later; asking for it again raises the epoch. */
  isRetryable: z.boolean(),
  /** Why nobody tries it again. */
  message: z.string(),
  searchId: z.string().optional(),
  canonical: z.string().optional(),
  supernet: z.string().optional(),
  deliveries: z.int().nonnegative(),
  at: z.iso.datetime(),
});

/** Work that was given up, with the reason. One for each content key: the latest. */
export type DeadLetter = Omit<z.infer<typeof letterSchema>, "v">;

export interface DeadLetters {
  read(key: string): Promise<DeadLetter | undefined>;
  write(letter: DeadLetter): Promise<void>;
  list(): Promise<readonly DeadLetter[]>;
  remove(key: string): Promise<void>;
}

export function createDeadLetters(bucket: KV): DeadLetters {
  const readToken = async (token: string): Promise<DeadLetter | undefined> => {
    const entry = await patiently(() => bucket.get(token));
    return entry?.operation === "PUT" ? decodeLetter(entry.string()) : undefined;
  };
  return {
    read: (key) => readToken(tokenOf(key)),
    write: async (letter) => {
      const text = JSON.stringify({ v: 1, ...letter });
      await patiently(() => bucket.put(tokenOf(letter.key), text));
    },
    list: async () => {
      const letters: DeadLetter[] = [];
      for await (const token of await bucket.keys()) {
        const letter = await readToken(token);
        if (letter) letters.push(letter);
      }
      return letters.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    },
    remove: (key) => bucket.purge(tokenOf(key)),
  };
}

/** Undefined for what is no dead letter of this version. */
export function decodeLetter(text: string): DeadLetter | undefined {
  const parsed = letterSchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { v, ...letter } = parsed.data;
  return letter;
}
