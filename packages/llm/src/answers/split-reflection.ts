/** An answer that holds reflection and candidates, in two. */
export interface SplitAnswer {
  /** The prose before the candidates, trimmed; may be empty. */
  readonly reflection: string;
  /** The part in which candidates are looked for. */
  readonly candidates: string;
}

/**
 * The heading in whatever dress a model puts it: `## CANDIDATES`, `**Candidates:**`, `5. Candidates (15)`,
 * also where it answers in another language.
 */
const heading =
  /^[ \t#*_\d.、)）]*(?:final )?(?:candidates?(?: architectures)?|candidatas?|candidatos?|candidats?|kandidaten|кандидаты|候选(?:架构|方案|网络)?|候選架構|候補|후보)[ \t*_:：]*(?:[(（].{0,20}[)）])?[ \t*_:：]*$/gim;
const fence = /```(?!directives)\w*\s*[{[]/g;

/**
 * Parts reflection from candidates: at the last heading CANDIDATES, without one at the last fenced
 * block of JSON. What the reflection quotes before that is no candidate. Where neither is found all
 * of the answer is searched, and what stands before the first bracket is the reflection.
 */
export function splitReflection(answer: string): SplitAnswer {
  const at =
    [...answer.matchAll(heading)].at(-1)?.index ??
    [...answer.matchAll(fence)].at(-1)?.index ??
    answer.search(/[{[]/);
  if (at === -1) return { reflection: answer.trim(), candidates: "" };
  return { reflection: answer.slice(0, at).trim(), candidates: answer.slice(at) };
}
