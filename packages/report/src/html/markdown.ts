import { type Html, html } from "./markup.js";

/**
 * The little Markdown that strategies are written in: headings, lists, paragraphs, bold, code and
 * fenced blocks. Whatever else a text holds, HTML included, stays text: everything passes through
 * `html`, which escapes it. Level 1 becomes `h4`, so that a strategy fits below the page's own headings.
 */
export function markdown(text: string, summaryOf: (language: string) => string | undefined): Html {
  const blocks: Html[] = [];
  const lines = text.split(/\r?\n/);
  let at = 0;
  /** Takes the lines from here on that match, at least one. */
  const take = (isPart: (line: string) => boolean): readonly string[] => {
    const from = at++;
    while (at < lines.length && isPart(lines[at] ?? "")) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") at++;
    else if (fence.test(line)) {
      const [, ...code] = take((next) => !fence.test(next));
      // The closing fence; a block that was cut off has none.
      at++;
      blocks.push(codeBlock(code, summaryOf(fence.exec(line)?.[1] ?? "")));
    } else if (heading.test(line)) {
      const [, marks = "", words = ""] = heading.exec(line) ?? [];
      at++;
      blocks.push(
        marks.length === 1 ? html`<h4>${inline(words)}</h4>` : html`<h5>${inline(words)}</h5>`,
      );
    } else if (bullet.test(line))
      blocks.push(html`<ul>${listItems(take(isListPart(bullet)), bullet)}</ul>`);
    else if (numbered.test(line)) {
      const start = Number(numbered.exec(line)?.[1]);
      blocks.push(
        html`<ol start="${start}">${listItems(take(isListPart(numbered)), numbered)}</ol>`,
      );
    } else blocks.push(html`<p>${inline(take(isParagraphPart).join("\n"))}</p>`);
  }
  return html`${blocks.map(
    (block) => html`${block}
`,
  )}`;
}

const fence = /^\s*```\s*(\w*)/;
const heading = /^\s{0,3}(#{1,6})\s+(.*?)\s*#*$/;
const bullet = /^\s*[-*+•]\s+(.*)$/;
const numbered = /^\s*(\d{1,9})[.)]\s+(.*)$/;

function isParagraphPart(line: string): boolean {
  return line.trim() !== "" && ![fence, heading, bullet, numbered].some((mark) => mark.test(line));
}

/** Items, and indented lines that go on with one. */
function isListPart(mark: RegExp): (line: string) => boolean {
  return (line) => mark.test(line) || (/^\s+\S/.test(line) && isParagraphPart(line));
}

function listItems(lines: readonly string[], mark: RegExp): readonly Html[] {
  const items: string[] = [];
  for (const line of lines) {
    const words = mark.exec(line)?.at(-1);
    if (words === undefined) items.push(`${items.pop() ?? ""}\n${line.trim()}`);
    else items.push(words);
  }
  return items.map((item) => html`<li>${inline(item)}</li>`);
}

/** Bold and code; the odd places of the split are the marked ones. */
function inline(text: string): readonly Html[] {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, i) => {
    if (i % 2 === 0) return html`${part}`;
    return part.startsWith("`")
      ? html`<code>${part.slice(1, -1)}</code>`
      : html`<strong>${part.slice(2, -2)}</strong>`;
  });
}

function codeBlock(lines: readonly string[], summary: string | undefined): Html {
  const block = html`<pre class="wrap"><code>${lines.join("\n")}</code></pre>`;
  return summary === undefined
    ? block
    : html`<details><summary>${summary}</summary>${block}</details>`;
}
