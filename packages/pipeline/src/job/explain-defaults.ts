/** What `explain` and the explanations of `run` show unless told otherwise. */
export const EXPLAINED = {
  /** Most and least confident right and wrong patients of each hospital, so many of each. */
  count: 3,
  /** Most slices in a montage. */
  slices: 12,
} as const;
