/** What litmus said of one of its suites. */
export interface LitmusSuite {
  readonly name: string;
  readonly run: number;
  readonly passed: number;
  readonly failed: number;
  /** Lines of tests that did not simply pass: failures, skips and warnings. */
  readonly remarks: readonly string[];
}

/** Reads the standard output of litmus 0.13. */
export function parseLitmus(output: string): LitmusSuite[] {
  // It overwrites its progress line with carriage returns.
  const lines = output.split(/[\r\n]+/);
  const suites: LitmusSuite[] = [];
  let remarks: string[] = [];
  for (const line of lines) {
    if (/^-> running/.test(line)) remarks = [];
    if (/\b(FAIL|SKIPPED|WARNING)\b|\bwarnings? w(as|ere) issued/i.test(line)) remarks.push(line.trim());
    const summary = /^<- summary for `(\w+)': of (\d+) tests run: (\d+) passed, (\d+) failed/.exec(line);
    if (summary) {
      const [, name = '', run, passed, failed] = summary;
      suites.push({ name, run: Number(run), passed: Number(passed), failed: Number(failed), remarks });
    }
  }
  return suites;
}
