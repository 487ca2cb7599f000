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
  const named = byName(all);
  for (const selector of selectors) {
    const matching = [folder, '']
      .map((base) => (selector.length > LONGEST ? [] : matches(all, named, selector, base)))
      .find((found) => found.length > 0);
    if (matching === undefined) unmatched.push(selector);
    for (const workload of matching ?? []) chosen.add(workload);
  }
  return { selected: all.filter((workload) => chosen.has(workload)), unmatched };
}

/** Longer than any path; globs have a limit of their own. */
const LONGEST = 4096;

/** Workloads by what names them literally: themselves, their files, and the folders that they are in. */
function byName<T extends Selectable>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const named = new Map<string, T[]>();
  for (const one of all) {
    const { path, files } = one;
    const names = new Set([path, ...files.map((file) => file.path)]);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) names.add(path.slice(0, end));
    for (const name of names) {
      const known = named.get(name);
      if (known === undefined) named.set(name, [one]);
      else known.push(one);
    }
  }
  return named;
}

function matches<T extends Selectable>(
  all: readonly T[],
  named: ReadonlyMap<string, readonly T[]>,
  selector: string,
  base: string,
): readonly T[] {
  const resolved = resolve(base, selector);
  if (resolved === undefined) return [];
  const { folder, rest } = resolved;
  const whole = [folder, rest].filter((part) => part !== '').join('/');
  if (whole === '') return [...all];

  // Taken literally first: names may contain the characters of a glob.
  const literal = named.get(whole) ?? [];
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
