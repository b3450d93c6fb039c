/** `A、P`. */
export function list(names: readonly string[], isMore = false): string {
  return [...names, ...(isMore ? ['…'] : [])].join('、');
}

/** `“A”、“P”`. */
export function quoted(names: readonly string[], isMore = false): string {
  return list(
    names.map((name) => `“${name}”`),
    isMore,
  );
}
