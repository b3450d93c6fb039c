import type { Presenter } from './presenter.ts';

/** What the sections are called for people. */
const SECTIONS: Readonly<Record<string, string>> = {
  fusion: 'the logistic regression on features',
  maps: 'maps of the features',
  site: 'site effects',
  leakage: 'the leakage audit',
};

export const presenter: Presenter<'report'> = {
  text: ({ html, pdf, missing }) =>
    [
      ...missing.map(({ section, command, reason }) => {
        const why = reason === '' ? '' : ` (${reason})`;
        const how = command === null ? '' : ` To add it, run: ${command}`;
        return `Not in the report: ${SECTIONS[section] ?? section}${why}.${how}`;
      }),
      html,
      ...(pdf === null ? [] : [pdf]),
      '',
    ].join('\n'),
};
