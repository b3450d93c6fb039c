import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'report'> = {
  text: ({ html, pdf, missing }) =>
    [
      ...missing.map(({ section, command, reason }) => {
        const why = reason === '' ? '' : `${reason}. `;
        return `Not in the report: ${section}. ${why}To add it, run: ${command}`;
      }),
      html,
      ...(pdf === null ? [] : [pdf]),
      '',
    ].join('\n'),
};
