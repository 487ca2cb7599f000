/**
 * What runs inside the extension host, in the browser's editor and in the desktop one alike: mocha, with a report written
 * to the file that `GITMOXI_REPORT` names, since a window only tells that it was closed.
 */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** The host's part of a run. */
export interface Report {
  readonly passes: number;
  readonly failures: readonly { readonly title: string; readonly error: string }[];
  readonly lines: readonly string[];
}

export async function run(): Promise<void> {
  const { GITMOXI_REPORT: path, GITMOXI_TEST_GREP: grep } = process.env;
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, ...(grep === undefined ? {} : { grep }) });
  mocha.suite.emit('pre-require', globalThis as never, 'suite', mocha);
  await import('./extension.suite.ts');
  await import('./deploying.suite.ts');
  await import('./arguments.suite.ts');
  await import('./commits.suite.ts');
  await import('./knowledge.suite.ts');
  await import('./surroundings.suite.ts');
  const failures: { title: string; error: string }[] = [];
  const lines: string[] = [];
  let passes = 0;
  const report = () => {
    if (path !== undefined) writeFileSync(path, JSON.stringify({ passes, failures, lines } satisfies Report));
  };
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', (test) => {
      passes += 1;
      lines.push(`  ✔ ${test.fullTitle()} (${test.duration} ms)`);
    });
    runner.on('fail', (test, error: Error) => {
      failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
      lines.push(`  ✘ ${test.fullTitle()}`);
    });
  });
  report();
  if (failures.length > 0) throw new Error(`${failures.length} tests failed: ${failures[0]?.error}`);
}
