import { z } from "zod";

/** Whether a model thinks or answers. */
export const textKindSchema = z.enum(["reasoning", "answer"]);
export type TextKind = z.infer<typeof textKindSchema>;

/** A piece of what a role is writing just now. For display only: no decision depends on it. */
export const roleTextSchema = z.object({
  role: z.enum(["navigator", "generator"]),
  iteration: z.int().positive(),
  kind: textKindSchema,
  text: z.string(),
});
export type RoleText = z.infer<typeof roleTextSchema>;

/** A watcher that does not keep up gets the newest characters, as many as these. */
export const maxLiveCharacters = 4_096;
