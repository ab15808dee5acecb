import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html, trustedMarkup } from "./markup.js";

describe("html", () => {
  it("escapes text and passes markup through", () => {
    const inner = html`<b>${"a < b & c"}</b>`;
    expect(html`<p title="${'"'}">${inner}${1}${false}${undefined}</p>`.markup).toBe(
      '<p title="&quot;"><b>a &lt; b &amp; c</b>1</p>',
    );
  });

  it("renders lists in order", () => {
    expect(html`${["<", trustedMarkup("<hr>")]}`.markup).toBe("&lt;<hr>");
  });

  it("replaces control characters that HTML forbids and keeps line ends", () => {
    expect(html`${"a\u0000b\n\u001b[1m"}`.markup).toBe("a\ufffdb\n\ufffd[1m");
  });

  it("never lets text open a tag or leave an attribute", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", ";", "l", "t", "\ud800", "é") }),
        (text) => {
          expect(html`${text}`.markup).not.toMatch(/[<>"']/);
        },
      ),
    );
  });
});
