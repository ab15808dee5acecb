/** Prose of several languages that has brackets, quotes, numbers and code in it. */
export const prose: readonly string[] = [
  "Here are the architectures you asked for. Kernels [3, 5] help {a lot}, see (below).",
  "Sure! I'll keep \"resolution\" near the middle: r = 224 isn't needed. It's cheaper [sic].",
  "以下是我建议的候选架构。第二阶段更深（深度 3），卷积核以 5 为主。【说明】成本接近上限。",
  "Hier sind die Vorschläge: größere Kerne in den späten Stufen, „schmal“ am Anfang; Kosten < Grenze.",
  "Voici les architectures proposées : plus de profondeur à l’étage 3, « peu » de largeur au début.",
  "Estas son las arquitecturas. ¿Por qué? Porque las capas tardías importan más [1].",
  "候補は次のとおりです。「深さ」を増やし、解像度を下げました。",
  "Вот варианты: глубже вторая стадия, ядра 3 и 5; стоимость 98 % от лимита.",
  "هذه هي البنى المقترحة، مع الحفاظ على الكلفة ضمن الحد.",
  "다음은 제안하는 구조입니다. 비용은 한도 이내입니다.",
  "```python\nprint({'note': len([1, 2])})\n```\nThat was only a check.",
  "| metric | value |\n| --- | --- |\n| share of the limit | 97 % |",
  "Cost: about 0.97 of the limit. Pattern: a -> b -> c; `x[i]` stays. 100% sure? {not quite",
  "**Note:** indices run from 0 to n-1, e.g. block[3]; a list like [0, 1, ...] must be complete.",
];

/** JSON that is about candidates and is none. */
export const otherObjects: readonly string[] = [
  '{"summary": "three wide, two deep", "count": 5}',
  '{"explanations": [{"id": 1, "text": "later stages first"}, {"id": 2, "text": "[3, 5] mixed"}]}',
  '{"checks": {"complete": true, "unique": true, "notes": null}}',
  '{"confidence": NaN, "range": [-Infinity, Infinity]}',
  '{"usage": {"prompt_tokens": 812, "completion_tokens": 4096}}',
  '{"candidates": [<architecture>, <architecture>, ...]}',
  '{"candidates": []}',
];

/** Reasons of an entry. */
export const reasons: readonly string[] = [
  "small and cheap",
  "keeps the stem, deepens stage 3; see {parents}",
  '受 "最佳" 启发',
  "tests kernels [7, 7] late",
  "étage 2 plus large",
];

/** What a single model writes over its candidates. */
export const candidatesHeadings: readonly string[] = [
  "## CANDIDATES",
  "**Candidates:**",
  "4. Candidates",
  "## Final candidates (5)",
  "## 候选架构",
  "### Kandidaten",
  "## Candidats",
];

/** Marks around thinking: opening and closing. */
export const thinkingMarks: readonly (readonly [string, string])[] = [
  ["<think>\n", "\n</think>\n\n"],
  ["<thinking>", "</thinking>"],
  ["", "\n</think>\n"],
  ["<reasoning>\n", "\n</reasoning>\n"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
  ["<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"],
];
