/**
 * Reads which files an input file refers to (`ref.file`, `ref.type`), tolerantly: half-typed JSON gives what it can.
 *
 * Must not: read the files, or judge `ref.type`; those are for whoever reads the inputs.
 */
import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import type { FileProblem } from './fileContent.ts';

/** One path in `ref.file`. */
export interface InputReference {
  /** From the repository root, normalized; as written where there is a `problem`. */
  readonly path: string;
  /** As the author wrote it. */
  readonly raw: string;
  /** Offsets of the string, with its quotes, in the input file. */
  readonly start: number;
  readonly end: number;
  /** Why the path can't be a file of the repository, known from the path alone. */
  readonly problem?: PathProblem;
}

export type PathProblem = Extract<FileProblem, 'outside' | 'absolute' | 'not-a-path'>;

/** A part of `ref` that has the wrong shape. */
export interface MalformedReference {
  readonly start: number;
  readonly end: number;
  /** Message and hint, ready for a finding. */
  readonly message: string;
  readonly hint: string;
}

export interface InputReferences {
  /** In the order written, duplicates included. */
  readonly references: readonly InputReference[];
  /** `ref.type` as written, where it is a string. */
  readonly type: { readonly value: string; readonly start: number; readonly end: number } | undefined;
  readonly malformed: readonly MalformedReference[];
}

/** Most references that one input file may have; more are malformed, so that no file makes the engine read the whole tree. */
export const MAX_REFERENCES = 100;

const SHAPE_HINT = 'write "ref": { "file": ["path/from/root.json"], "type": "TERRAFORM" | "CDK" | "JSON" }';

/** Finds the references of an input file. Never throws. */
export function inputReferences(text: string): InputReferences {
  const references: InputReference[] = [];
  const malformed: MalformedReference[] = [];
  const complain = (node: Node, message: string, hint = SHAPE_HINT) =>
    malformed.push({ start: node.offset, end: node.offset + node.length, message, hint });
  const done = (type?: InputReferences['type']) => ({ references, type, malformed });

  const root = parseTolerantly(text);
  const ref = root && member(root, 'ref');
  if (ref === undefined) return done();
  if (ref.type !== 'object') {
    complain(ref, `"ref" has to be an object, not ${article(ref)}`);
    return done();
  }

  const file = member(ref, 'file');
  for (const node of file?.type === 'array' ? (file.children ?? []) : file ? [file] : []) {
    if (node.type !== 'string') complain(node, `"ref.file" has to be a path or a list of paths, not ${article(node)}`);
    else if (references.length === MAX_REFERENCES) {
      complain(node, `"ref.file" has more than ${MAX_REFERENCES} paths`, 'merge the files that the input refers to');
      break;
    } else references.push(toReference(node));
  }

  const type = member(ref, 'type');
  if (type === undefined) return done();
  if (type.type !== 'string') {
    complain(type, `"ref.type" has to be a string, not ${article(type)}`);
    return done();
  }
  return done({ value: type.value as string, start: type.offset, end: type.offset + type.length });
}

/**
 * Normalizes a path that is meant to start at the repository root: `./a`, `a//b` and `a/../b` are resolved.
 *
 * @returns the path, or why it can't be one. Backslashes are refused rather than read as separators: in a commit they are
 *   ordinary characters of a name, so the same file would be found on one system and not on the other.
 */
export function normalizePath(raw: string): { readonly path: string } | { readonly problem: PathProblem } {
  if (/^[A-Za-z]:(?!\/\/)/.test(raw) || /^(\/|\\)/.test(raw) || /^~([^/\\]*[/\\]|$)/.test(raw))
    return { problem: 'absolute' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(raw) || /[\u0000-\u001f\u007f\\]/.test(raw))
    return { problem: 'not-a-path' };
  const segments: string[] = [];
  for (const segment of raw.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return { problem: 'outside' };
  }
  if (segments.length === 0) return { problem: 'not-a-path' };
  if (segments.some(isGitFolder)) return { problem: 'outside' };
  return { path: segments.join('/') };
}

/** Git's own folder is no content of the repository. In any case of letters, as some file systems ignore it. */
function isGitFolder(segment: string): boolean {
  return segment.toLowerCase() === '.git';
}

function toReference(node: Node): InputReference {
  const raw = node.value as string;
  const place = { raw, start: node.offset, end: node.offset + node.length };
  const normalized = normalizePath(raw);
  if ('problem' in normalized) return { path: raw, ...place, problem: normalized.problem };
  return { path: normalized.path, ...place };
}

function parseTolerantly(text: string): Node | undefined {
  const ignored: ParseError[] = [];
  try {
    return parseTree(text, ignored, { allowTrailingComma: true });
  } catch {
    // The parser recurses, so JSON nested some thousand levels deep overflows its stack; reading the inputs reports that.
    return undefined;
  }
}

/** The last member of that name, as JSON's readers have it; only of objects. */
function member(object: Node, name: string): Node | undefined {
  const property =
    object.type === 'object' && object.children?.findLast((child) => child.children?.[0]?.value === name);
  return property ? property.children?.[1] : undefined;
}

function article(node: Node): string {
  if (node.type === 'null') return 'null';
  return `${/^[aeo]/.test(node.type) ? 'an' : 'a'} ${node.type}`;
}
