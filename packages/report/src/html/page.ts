import { createHash } from 'node:crypto';
import { CSS } from './css.ts';
import { type Html, html, Html as Markup } from './html.ts';
import { SCRIPT } from './script.ts';

export interface Page {
  /** For the `lang` attribute. */
  lang: string;
  title: string;
  /** Header, contents and sections. */
  body: Html;
}

/**
 * Only our own script may run and nothing may be loaded, whatever the data hold: escaping is the first wall, this the
 * second.
 */
function policy(): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
}

export function page({ lang, title, body }: Page): string {
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(CSS)}</style>
</head>
<body>
${body}
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}
