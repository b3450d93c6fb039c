import { counted } from '@radweave/remarks';
import { type StageContext, warn } from '@radweave/study/context/events';

/** Whoever filters a table may think that the other rows do not count. */
export function sayHidden(
  { path, hidden }: { readonly path: string; readonly hidden: number },
  context: StageContext,
): void {
  if (hidden === 0) return;
  warn(
    context,
    `${path}: ${counted(hidden, 'row')} that a filter or somebody hides ${hidden === 1 ? 'is' : 'are'} read too. Delete ${hidden === 1 ? 'it' : 'them'} where ${hidden === 1 ? 'it does' : 'they do'} not count.`,
  );
}
