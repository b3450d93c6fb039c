import { beginDocument } from './charts/draw.ts';
import { ReportContext } from './context.ts';
import type { ReportData } from './data.ts';
import { type Html, html } from './html/html.ts';
import { page } from './html/page.ts';
import { SECTION_WRITERS } from './sections/index.ts';
import { wordsFor } from './words/index.ts';
import { type Language, SECTIONS } from './words/words.ts';

/**
 * Writes a report as one HTML document that needs nothing else: styles, script, figures and pictures are inside, and
 * nothing is ever loaded.
 *
 * @param onSection Called before each section, for progress.
 */
export async function buildReport(
  data: ReportData,
  language: Language,
  onSection: (done: number, total: number) => void = () => undefined,
): Promise<string> {
  const words = wordsFor(language, data);
  const context = new ReportContext(data, words);
  beginDocument();
  const sections: Html[] = [];
  for (const [done, id] of SECTIONS.entries()) {
    onSection(done, SECTIONS.length);
    const content = await SECTION_WRITERS[id](context);
    sections.push(
      html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${words.sections[id]}</h2>
${content}</section>
`,
    );
  }
  const title = data.name === '' ? words.title : words.pair(words.title, data.name);
  const body = html`<header><h1>${title}</h1>
<p class="sub">${words.madeOn(data.date)} · ${words.primary(words.modelName(data.evaluation.primary))} · ${words.home(data.evaluation.home_hospital)}</p></header>
<nav aria-labelledby="contents"><h2 id="contents">${words.contents}</h2>
<ol>${SECTIONS.map((id) => html`<li><a href="#${id}">${words.sections[id]}</a></li>`)}</ol></nav>
<main>
${sections}</main>`;
  return page({ lang: words.tag, title, body });
}
