import type { ReportContext } from '../context.ts';
import type { Optional } from '../data.ts';
import { type Html, html } from '../html/html.ts';

/** The part, or the sentence that says why it is not there and which command makes it. */
export async function optional<T>(
  { words }: ReportContext,
  part: Optional<T>,
  show: (value: T) => Html | Promise<Html>,
): Promise<Html> {
  if ('value' in part) return show(part.value);
  const { command, reason } = part.missing;
  return html`<p class="missing">${words.notMade(command, reason === null ? '' : words.remark(reason))}</p>`;
}
