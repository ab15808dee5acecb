import { type Html, html } from "./markup.js";

/** Text in which a line never breaks inside `top-1`, `top-5` and other words with a number. */
export function unbroken(text: string): Html {
  // The odd places of the split are the words.
  return html`${text
    .split(/(\b[a-z]+-\d+\b)/i)
    .map((part, i) => (i % 2 === 0 ? part : html`<span class="nowrap">${part}</span>`))}`;
}
