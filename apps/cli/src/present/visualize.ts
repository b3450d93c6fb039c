import { counted } from '@radweave/remarks';
import type { Presenter } from './presenter.ts';

export const presenter: Presenter<'visualize'> = {
  text: ({ outputDir, files, png }) =>
    `${counted(files.length / (png ? 2 : 1), 'figure')}, as SVG${png ? ' and PNG' : ''}: ${outputDir}\n`,
};
