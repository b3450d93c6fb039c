/** What a label is called: its name, or that of the usual folder. */
export function labelName(names: readonly (string | undefined)[] | null | undefined, label: number): string {
  return names?.[label] ?? `grade${label}`;
}

/** What the labels 0…K−1 are called. */
export function labelNamesOf(
  classes: number,
  names?: readonly (string | undefined)[] | null | undefined,
): string[] {
  return Array.from({ length: classes }, (_, label) => labelName(names, label));
}

/** A label as people read it: its name where it has one of its own, else the number. */
export function shownLabel(names: readonly string[], label: number | string): string {
  return (haveNames(names) ? names[Number(label)] : undefined) ?? String(label);
}

/** Whether labels have names of their own, which tables then give beside the numbers. */
export function haveNames(names: readonly string[]): boolean {
  return names.some((name, label) => name !== `grade${label}`);
}
