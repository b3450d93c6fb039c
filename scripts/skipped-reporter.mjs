/** Tells at the end of a run why tests were skipped. In CI nothing may be left out without a reason. */
export default class SkippedReporter {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) =>
      Array.from(module.children.allTests('skipped'), (test) => ({ test, note: test.result().note })),
    );
    const reasons = skipped.map(({ test, note }) => note ?? `no reason given: ${test.fullName}`);
    for (const reason of new Set(reasons)) {
      console.log(`skipped ${reasons.filter((one) => one === reason).length}: ${reason}`);
    }
    if (process.env.CI === 'true' && skipped.some(({ note }) => note === undefined)) process.exitCode = 1;
  }
}
