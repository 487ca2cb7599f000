/** Bundles the suite that runs inside the extension host. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLES, ROOT } from './folders.ts';

/** @returns the path of the module whose `run` runs the suite */
export async function bundleSuite(): Promise<string> {
  const outfile = join(BUNDLES, 'suite.cjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/editor/suite/index.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  return outfile;
}
