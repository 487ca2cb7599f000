/**
 * Packages the extension, bundles made anew:
 *
 *     npm run package                 writes gitmoxi-VERSION.vsix
 *     npm run package -- FILE
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import manifest from '../package.json' with { type: 'json' };

const ROOT = resolve(import.meta.dirname, '..');

/** A larger package means that something crept into it, bytes. */
const MOST = 4_000_000;

const file = resolve(process.argv[2] ?? join(ROOT, `gitmoxi-${manifest.version}.vsix`));
const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.ts')], { cwd: ROOT, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
await createVSIX({
  cwd: ROOT,
  packagePath: file,
  // The extension's own page: VS Code shows it without pictures that lie in the package.
  readmePath: 'client/README.md',
  // All of them are in the bundles.
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
const { size } = statSync(file);
console.log(`${file}: ${(size / 1_000_000).toFixed(2)} MB`);
if (size > MOST) {
  console.error(`that is more than ${MOST / 1_000_000} MB: look at what .vscodeignore lets in`);
  process.exitCode = 1;
}
