import { loadPromptSet, type PromptSet } from "@collm/llm";
import { rankingPrompts } from "./conversation.js";

/** Beside `src/` and `dist/` alike. */
const promptsFolder = new URL("../prompts/", import.meta.url);

/** The prompts that a name stands for. Throws CollmError not-found when there is no such set. */
export function loadRankingPrompts(name: string): Promise<PromptSet> {
  return loadPromptSet(promptsFolder, name, rankingPrompts);
}
