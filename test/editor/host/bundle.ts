/** Bundles what runs inside the extension host: a suite, or a measurement. */
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLES, ROOT } from './folders.ts';

/**
 * @param entry a module with a function `run`, from the root of the sources
 * @returns the path of the bundle
 */
export async function bundleForHost(entry: string): Promise<string> {
  const outfile = join(BUNDLES, `${basename(dirname(entry))}-${basename(entry, '.ts')}.cjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
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
