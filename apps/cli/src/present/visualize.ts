import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'visualize'> = {
  text: ({ outputDir, files }) => `${files.length} files in ${outputDir}\n`,
};
