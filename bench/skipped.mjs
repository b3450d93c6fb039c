/** A side that has no part in a row, and why. */
export class Skipped extends Error {
  name = 'Skipped';
}
