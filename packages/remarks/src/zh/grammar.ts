/** `A、P`. */
export function list(names: readonly string[], isMore = false): string {
  return [...names, ...(isMore ? ['…'] : [])].join('、');
}
