/**
 * What a command is asked about: by a node of the view, a code lens, a file, or the argument that is documented for other
 * extensions, key bindings and tasks. Pure.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The argument of every command. All of it is optional. */
export interface CommandArgument {
  /** A workload's path prefix, or one of its files, from the repository's root, a folder of the window, or absolute. */
  readonly workload?: string;
  /** A rollout's id. */
  readonly rollout?: string;
  /** A commit, branch or tag. */
  readonly revision?: string;
  /** `false` asks nothing and shows no dialogue. */
  readonly confirm?: boolean;
  /** Of a rehearsal: what goes wrong in it, by the name of a scenario (client/sandbox/mishaps.ts). @default nothing */
  readonly scenario?: string;
  /** A folder in the repository. @default the first folder of the window that has the workload */
  readonly repo?: string;
}

export interface About extends CommandArgument {
  /** The rollout is the workload's latest, and not one that somebody chose. */
  readonly isLatest?: boolean;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const texts = (from: Record<string, unknown>, ...names: readonly (keyof CommandArgument)[]): About =>
  Object.fromEntries(
    names.flatMap((name) => (typeof from[name] === 'string' && from[name] !== '' ? [[name, from[name]]] : [])),
  );

const aboutFile = (path: string): About => ({ repo: dirname(path), workload: path });

/** Is it the documented argument, and not what the editor passes by itself: a file, a node, a code lens? */
export const isArgument = (given: unknown): given is CommandArgument =>
  isRecord(given) && !['scheme', 'subject', 'root', 'uri', 'retry'].some((key) => key in given);

/** @param given whatever VS Code or a caller passed */
export function aboutOf(given: unknown): About {
  if (!isRecord(given)) return {};
  // A file, as an URI of the editor's.
  if (given['scheme'] === 'file' && typeof given['fsPath'] === 'string') return aboutFile(given['fsPath']);
  // A node of the view.
  if (isRecord(given['subject'])) {
    const { isRollout } = given['subject'];
    return { ...texts(given['subject'], 'repo', 'workload', 'rollout'), isLatest: isRollout !== true };
  }
  // A code lens names the repository's folder as a URI.
  if (typeof given['root'] === 'string' && typeof given['workload'] === 'string') {
    return { repo: fileURLToPath(given['root']), workload: given['workload'] };
  }
  const { confirm } = given;
  return {
    ...texts(given, 'repo', 'workload', 'rollout', 'revision', 'scenario'),
    ...(typeof confirm === 'boolean' ? { confirm } : {}),
  };
}
