import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Packages without a tensor. */
const PURE = '{analysis,artifacts,checksum,imaging,importing,phantom,remarks,report,stats,study,testkit}';

/** Files that take a minute begin first: begun last, they would run while a core has nothing to do. */
const SLOW = new RegExp(
  [
    'scripts/campaign|run-pipeline|native/src/kernels|commands/(work|tune)|stage/stage|job/cohorts',
    'models/src/(timm|conformance|training|image-model)|stages/(train|train-together|train-killed|present-split)|on-the-sign',
  ].join('|'),
);

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification): boolean => SLOW.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((one) => !isSlow(one))];
  }
}

export default defineConfig({
  test: {
    pool: 'forks',
    setupFiles: ['./scripts/equal-bytes.ts'],
    // Threads of OpenMP that wait sleep at once: where they spin, they take the core from the other worker's test.
    env: { OMP_WAIT_POLICY: 'passive' },
    execArgv: ['--expose-gc'],
    // Packages that are built load as they are: to transform them again takes half a second of each file of tests.
    server: { deps: { external: [/\/(packages|apps)\/[^/]+\/dist\//] } },
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: [`packages/${PURE}/src/**/*.test.ts`, 'scripts/*.test.ts'],
          // By default vitest leaves a core alone: of two that is half.
          maxWorkers: '100%',
          // References of Python and R start slowly on a machine that is busy.
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // Native code is tested in forked processes, as a crash in it must fail one test file, not the run; two at a time on any
      // machine: libtorch uses every core itself, but half the time a test waits for JavaScript, Python or a command on one core.
      {
        extends: true,
        test: {
          name: 'engine',
          include: [
            'packages/*/src/**/*.test.ts',
            'apps/*/src/**/*.test.ts',
            'bench/**/*.test.ts',
            'examples/**/*.test.ts',
            'scripts/campaign/**/*.test.ts',
          ],
          exclude: [`packages/${PURE}/**`, '**/node_modules/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
