import { counted } from '@radweave/remarks';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'visualize'> = {
  text: ({ outputDir, files }) => `${counted(files.length, 'file')} in ${outputDir}\n`,
};
