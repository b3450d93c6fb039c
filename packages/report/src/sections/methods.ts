import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { factsOf } from '../methods/facts.ts';

/** Paragraphs for a paper, from what was really run. */
export function methodsSection({ data, words }: ReportContext): Html {
  const paragraphs = words.methods.paragraphs(factsOf(data));
  return html`<p class="remark">${words.methods.note}</p>${paragraphs.map((text) => html`<p>${text}</p>`)}`;
}
