/** What an answer says that is no JSON: of a web page its title, else its text without marks. */
export function pageInWords(text: string): string {
  if (!/^\s*</.test(text)) return text.trim();
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(text)?.[1]?.trim();
  const heading = /<h1[^>]*>([^<]*)<\/h1>/i.exec(text)?.[1]?.trim();
  return `a web page${title || heading ? `, "${title || heading}"` : ""}`;
}
