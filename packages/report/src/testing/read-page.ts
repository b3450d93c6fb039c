import type { SectionId } from '../words/words.ts';

/** The markup of one section. */
export function section(page: string, id: SectionId): string {
  const [, after = ''] = page.split(`<section id="${id}"`);
  return after.split('</section>')[0] ?? '';
}

/** Text as a reader sees it: tags gone, entities read. */
export function textOf(markup: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ');
}
