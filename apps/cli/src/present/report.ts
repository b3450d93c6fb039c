import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'report'> = {
  text: ({ html, pdf, missing }) =>
    [
      ...missing.map(({ section, command, reason }) => {
        const why = reason === '' ? '' : `${reason}. `;
        return `Not in it: ${section}. ${why}Make it with: ${command}`;
      }),
      html,
      ...(pdf === null ? [] : [pdf]),
      '',
    ].join('\n'),
};
