/**
 * The eight file name suffixes that make a file a config file, and the reading of a path into workload and role.
 *
 * Must not: look at file contents; what a file is follows from its name alone.
 */

/** One ECS service, or one Lambda function. */
export type WorkloadKind = 'ecs' | 'lambda';

/** What a config file is for within its workload. */
export type FileRole = 'service' | 'task' | 'deployment' | 'input' | 'function' | 'eventSource';

export interface SuffixMeaning {
  readonly kind: WorkloadKind;
  readonly role: FileRole;
  /** Whether the file is a Jinja template; the others are plain JSON. */
  readonly template: boolean;
}

export const SUFFIXES = {
  '_svcdef.json': { kind: 'ecs', role: 'service', template: true },
  '_taskdef.json': { kind: 'ecs', role: 'task', template: true },
  '_depdef.json': { kind: 'ecs', role: 'deployment', template: true },
  '_input.json': { kind: 'ecs', role: 'input', template: false },
  '_lambdadef.json': { kind: 'lambda', role: 'function', template: true },
  '_lambdaeventsourcedef.json': { kind: 'lambda', role: 'eventSource', template: true },
  '_lambdadepdef.json': { kind: 'lambda', role: 'deployment', template: true },
  '_lambdainput.json': { kind: 'lambda', role: 'input', template: false },
} as const satisfies Record<string, SuffixMeaning>;

export type Suffix = keyof typeof SUFFIXES;

/** The file that makes a workload deployable, per kind: deleting it deletes the service or the function. */
export const DEFINITION_SUFFIX = { ecs: '_svcdef.json', lambda: '_lambdadef.json' } as const satisfies Record<
  WorkloadKind,
  Suffix
>;

/** A config file's path, taken apart. */
export interface ConfigPath extends SuffixMeaning {
  /** The file, from the repository root, with `/`. */
  readonly path: string;
  /** The path prefix that the workload's files share. */
  readonly workload: string;
  /** The last segment of `workload`. */
  readonly name: string;
  readonly suffix: Suffix;
}

/**
 * Reads a path from the repository root.
 *
 * @returns nothing where the file is not a config file, which includes a bare suffix (`dev/_svcdef.json`): it names no
 *   workload
 */
export function parseConfigPath(path: string): ConfigPath | undefined {
  // No suffix has a second underscore, so the last one in the path is where it must begin.
  const at = path.lastIndexOf('_');
  const nameAt = path.lastIndexOf('/') + 1;
  if (at <= nameAt) return undefined;
  const meaning = MEANINGS.get(path.slice(at));
  if (meaning === undefined) return undefined;
  const { suffix, kind, role, template } = meaning;
  return { path, workload: path.slice(0, at), name: path.slice(nameAt, at), suffix, kind, role, template };
}

/** Whether a path is that of a config file: quicker than reading it. */
export const isConfigPath = (path: string): boolean => {
  const at = path.lastIndexOf('_');
  return at > path.lastIndexOf('/') + 1 && MEANINGS.has(path.slice(at));
};

/** Looked up for every file of a repository: a map finds a part of a path several times as fast as an object does. */
const MEANINGS: ReadonlyMap<string, SuffixMeaning & { readonly suffix: Suffix }> = new Map(
  (Object.keys(SUFFIXES) as Suffix[]).map((suffix) => [suffix, { suffix, ...SUFFIXES[suffix] }]),
);
