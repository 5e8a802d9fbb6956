import { writeFileSync } from 'node:fs';

/** Counts tests and the reasons of skipped ones into the file that HOLDFAST_TEST_SUMMARY names. */
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const reasons = new Map();
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') failedTests += 1;
        else {
          counts.skipped += 1;
          const reason = result.note ?? `no reason given: ${test.fullName}`;
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        }
      }
      // A module that fails to load, or whose hooks fail, may hold no failed test.
      counts.failed += module.state() === 'failed' && failedTests === 0 ? 1 : failedTests;
    }
    const summary = { ...counts, reasons: [...reasons].map(([reason, count]) => ({ reason, count })) };
    const path = process.env.HOLDFAST_TEST_SUMMARY;
    if (path) writeFileSync(path, JSON.stringify(summary));
  }
}
