/** Which workload of the window a name means. Pure. */
import { isAbsolute, join, relative } from 'node:path';
import { normalize } from 'node:path/posix';

interface Named {
  /** The repository's folder, absolute. */
  readonly repo: string;
  readonly workload: string;
}

const slashes = (path: string): string => path.replaceAll('\\', '/');

/**
 * Is it the workload itself, or one of its files?
 *
 * @param wanted from the repository's root, or absolute
 */
export function isPart({ repo, workload }: Named, wanted: string): boolean {
  const path = isAbsolute(wanted) ? slashes(relative(repo, wanted)) : normalize(slashes(wanted));
  // `web_admin_svcdef.json` is no file of `web`.
  return path === workload || (path.startsWith(workload) && /^_[a-z]+\.json$/.test(path.slice(workload.length)));
}

/**
 * The workload that a name means: from the root of its repository, or else from a folder of the window, which may be one
 * in the repository.
 *
 * @param folders absolute
 */
export function named<Row extends Named>(
  rows: readonly Row[],
  wanted: string,
  folders: readonly string[],
): Row | undefined {
  const names = isAbsolute(wanted) ? [wanted] : [wanted, ...folders.map((folder) => join(folder, wanted))];
  for (const name of names) {
    const row = rows.find((one) => isPart(one, name));
    if (row !== undefined) return row;
  }
  return undefined;
}

/** Is it a folder in the workload's repository? */
export function isInside({ repo }: Pick<Named, 'repo'>, folder: string): boolean {
  const path = slashes(relative(repo, folder));
  return path !== '..' && !path.startsWith('../') && !isAbsolute(path);
}
