import { type Html, html, trustedMarkup } from "./markup.js";
import { sortScript, sortScriptHash } from "./sort-script.js";
import { styleSheet } from "./style-sheet.js";

/** The document around the sections. Its policy allows the page's own style and script, and no request. */
export function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${sortScriptHash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trustedMarkup(styleSheet)}</style>
</head>
<body>
${body}
<script>${trustedMarkup(sortScript)}</script>
</body>
</html>
`.markup;
}
