/** Files that scripts make: written, or with `--check` compared with what would be written. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/**
 * @param files contents by path from the repository's root
 * @param command what writes them, for whom they are stale
 */
export function writeOrCheck(files: ReadonlyMap<string, string>, command: string): void {
  if (!process.argv.includes('--check')) {
    for (const [path, text] of files) {
      mkdirSync(dirname(join(ROOT, path)), { recursive: true });
      writeFileSync(join(ROOT, path), text);
    }
    return;
  }
  const stale = [...files].filter(([path, text]) => current(path) !== text).map(([path]) => path);
  if (stale.length === 0) return;
  console.error(`stale generated files (run \`${command}\` and commit them):\n${stale.join('\n')}`);
  process.exitCode = 1;
}

function current(path: string): string | undefined {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}
