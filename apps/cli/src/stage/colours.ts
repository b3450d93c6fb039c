import picocolors from 'picocolors';

/** Colours where a person looks: on a terminal, unless `NO_COLOR` or a terminal without colours says otherwise. */
export function coloursOf(
  out: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): ReturnType<typeof picocolors.createColors> {
  const isWanted = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return picocolors.createColors(out.isTTY === true && isWanted);
}
