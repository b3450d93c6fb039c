/** Tells of a failed test at once: the runner's own words come when all have ended, and a run that is broken off has none. */
export default class FailedReporter {
  onTestCaseResult(test) {
    const { state, errors = [] } = test.result();
    if (state === 'failed') tell(`${test.module.relativeModuleId} > ${test.fullName}`, errors);
  }

  onTestModuleEnd(module) {
    tell(module.relativeModuleId, module.errors());
  }
}

function tell(name, errors) {
  for (const { message, stack = message, diff = '' } of errors)
    console.log(`failed: ${name}\n${stack}\n${diff}`);
}
