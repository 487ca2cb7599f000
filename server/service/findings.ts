/** Findings as an editor shows them: file by file. */
import type { CheckedWorkload } from '../../engine/check/index.ts';
import type { Finding } from '../../engine/finding.ts';

/**
 * A workload's findings by path, in their order. Every file of the workload has an entry, so that a file without
 * findings is known to be clean.
 */
export function findingsByPath({ files, findings }: CheckedWorkload): ReadonlyMap<string, readonly Finding[]> {
  const byPath = new Map<string, Finding[]>(files.map(({ path }) => [path, []]));
  for (const finding of findings) {
    const known = byPath.get(finding.path);
    if (known === undefined) byPath.set(finding.path, [finding]);
    else known.push(finding);
  }
  return byPath;
}
