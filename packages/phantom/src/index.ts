/** Synthetic cohorts for demonstrations and tests. */
export {
  generatePhantomCohort,
  type PhantomCohort,
  type PhantomOptions,
  type PhantomPatient,
} from './cohort.ts';
