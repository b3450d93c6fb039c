/**
 * Spells flags in snake_case, as the options are declared: `--batch-size` and `--batch_size` are the same. What follows
 * `--` or `=` stays as typed.
 */
export function normaliseFlags(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    if (!arg.startsWith('--') || (end !== -1 && i >= end)) return arg;
    const [name = '', ...value] = arg.split('=');
    return [`--${name.slice(2).replaceAll('-', '_')}`, ...value].join('=');
  });
}
