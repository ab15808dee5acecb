/**
 * HTML that is safe by construction. A report shows text that language models wrote, so escaping
 * must not be something a section can forget: `html` escapes every string put into it, and only
 * what `html` or {@link trustedMarkup} made is passed through.
 */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template; `false` and `undefined` leave nothing, so that parts can be conditional. */
export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[];

/** Template tag: literal parts are markup, values are text unless they are {@link Html}. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = literals[0] ?? "";
  values.forEach((value, i) => {
    markup += render(value) + (literals[i + 1] ?? "");
  });
  return new Html(markup);
}

/** Declares markup that this package made by other means (styles, scripts, charts). */
export function trustedMarkup(markup: string): Html {
  return new Html(markup);
}

function render(value: HtmlValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return String(value);
  return value.map(render).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Makes text safe as content and inside a quoted attribute; control characters become U+FFFD. */
function escapeText(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => entities[character] ?? character)
      // Forbidden in HTML; a model's answer may hold them.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd")
  );
}
