import type { coordinator, navigator } from "@collm/proto";
import { type RoleText, roleTextSchema, type TextKind } from "@collm/search";

export function toProtoRoleText({ role, iteration, kind, text }: RoleText): coordinator.RoleText {
  return { role, iteration, isReasoning: kind === "reasoning", text };
}

/** Undefined for what this version cannot show. */
export function fromProtoRoleText({
  isReasoning,
  ...text
}: coordinator.RoleText): RoleText | undefined {
  const kind = isReasoning ? "reasoning" : "answer";
  return roleTextSchema.safeParse({ ...text, kind }).data;
}

/** A piece of a stream's text as a message of it. */
export function toProtoPiece(kind: TextKind, value: string) {
  return kind === "reasoning"
    ? { event: { $case: "reasoning" as const, value } }
    : { event: { $case: "text" as const, value } };
}

/** Undefined for a message that is no piece of text. */
export function fromProtoPiece({
  event,
}: navigator.ProposeStrategyResponse | navigator.ProposeStrategyAndCandidatesResponse):
  | Pick<RoleText, "kind" | "text">
  | undefined {
  if (event?.$case === "text") return { kind: "answer", text: event.value };
  if (event?.$case === "reasoning") return { kind: "reasoning", text: event.value };
  return undefined;
}
