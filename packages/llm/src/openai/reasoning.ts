/** How much a model reasons before it answers; `on` leaves the effort to the endpoint. */
export type Reasoning = "off" | "on" | "minimal" | "low" | "medium" | "high";

/** The part of a request that says so. */
export type ReasoningField = "reasoning_effort" | "chat_template_kwargs" | "thinking" | "reasoning";

/** Fields that may say it, to be left out where an endpoint does not know them. */
export const reasoningFields = [
  "reasoning_effort",
  "chat_template_kwargs",
  "thinking",
  "reasoning",
] as const;

/**
 * The fields of a request for a wish about reasoning: OpenAI, Azure and Ollama take
 * `reasoning_effort`, DeepSeek `thinking` beside it, OpenRouter one object, and vLLM and llama.cpp
 * hand variables to the chat template. Templates call theirs `enable_thinking` (Qwen 3) or `thinking`
 * (DeepSeek V3.1, Granite) and leave what they do not know alone, so both are set.
 */
export function reasoningBody(
  reasoning: Reasoning | undefined,
  field: ReasoningField,
): Readonly<Record<string, unknown>> {
  if (reasoning === undefined) return {};
  const isOn = reasoning !== "off";
  const effort = reasoning === "off" || reasoning === "on" ? undefined : reasoning;
  const effortField = effort === undefined ? {} : { reasoning_effort: effort };
  switch (field) {
    case "reasoning_effort":
      // There is no word for "on": a model that can reason does so if it is not told.
      return isOn ? effortField : { reasoning_effort: "none" };
    case "chat_template_kwargs":
      return {
        ...effortField,
        chat_template_kwargs: { enable_thinking: isOn, thinking: isOn, ...effortField },
      };
    case "thinking":
      return { thinking: { type: isOn ? "enabled" : "disabled" }, ...effortField };
    case "reasoning":
      if (!isOn) return { reasoning: { effort: "none" } };
      return { reasoning: effort === undefined ? { enabled: true } : { effort } };
  }
}
