/**
 * Mocha's spec reporter, closed by one plain line of counts ("N passed, N failed, N skipped") that
 * tools can read without knowing mocha.
 */
import Mocha from 'mocha';

/** Variable that names a run whose failures do not count, because another follows it. */
export const UNCOUNTED = 'GITMOXI_UNCOUNTED';

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const uncounted = failures > 0 ? process.env[UNCOUNTED] : undefined;
      const which = uncounted === undefined ? '' : `${uncounted}: `;
      process.stdout.write(`\n${which}${passes} passed, ${failures} failed, ${pending} skipped\n`);
    });
  }
}
