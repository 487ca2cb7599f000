/**
 * Selecting workloads by what a person types: a workload's path, one of its files, a folder, or a glob.
 */
import picomatch from 'picomatch/posix.js';

interface Selectable {
  readonly path: string;
  readonly files: readonly { readonly path: string }[];
}

export interface Selection<T> {
  /** In the order of `all`. */
  readonly selected: readonly T[];
  /** The selectors that match nothing, as given. */
  readonly unmatched: readonly string[];
}

/**
 * Selects workloads.
 *
 * @param selectors relative to `folder`, or, where nothing matches there, to the repository root; `\` counts as `/`.
 *   None selects all
 * @param folder the current folder, from the repository root. @default '' (the root)
 */
export function selectWorkloads<T extends Selectable>(
  all: readonly T[],
  selectors: readonly string[],
  folder = '',
): Selection<T> {
  if (selectors.length === 0) return { selected: all, unmatched: [] };
  const chosen = new Set<T>();
  const unmatched: string[] = [];
  for (const selector of selectors) {
    const matching = [folder, ''].map((base) => matches(all, selector, base)).find((found) => found.length > 0);
    if (matching === undefined) unmatched.push(selector);
    for (const workload of matching ?? []) chosen.add(workload);
  }
  return { selected: all.filter((workload) => chosen.has(workload)), unmatched };
}

function matches<T extends Selectable>(all: readonly T[], selector: string, base: string): T[] {
  const resolved = resolve(base, selector);
  if (resolved === undefined) return [];
  const { folder, rest } = resolved;
  const whole = [folder, rest].filter((part) => part !== '').join('/');
  if (whole === '') return [...all];

  // Taken literally first: names may contain the characters of a glob.
  const literal = all.filter(
    ({ path, files }) => path === whole || path.startsWith(`${whole}/`) || files.some((file) => file.path === whole),
  );
  if (literal.length > 0 || rest === '') return literal;

  const isMatch = picomatch(rest, { dot: true });
  const below = folder === '' ? '' : `${folder}/`;
  const fits = (path: string) => path.startsWith(below) && isMatch(path.slice(below.length));
  return all.filter(({ path, files }) => fits(path) || files.some((file) => fits(file.path)));
}

/**
 * Takes a selector apart into a literal folder and the rest, which may be a glob: only the leading `..` lead out of
 * `base`, and the current folder's own name is never read as a glob.
 */
function resolve(base: string, selector: string): { folder: string; rest: string } | undefined {
  const folder = base.split('/').filter((segment) => segment !== '');
  const rest: string[] = [];
  for (const segment of selector.replaceAll('\\', '/').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') rest.push(segment);
    else if (rest.pop() === undefined && folder.pop() === undefined) return undefined;
  }
  return { folder: folder.join('/'), rest: rest.join('/') };
}
