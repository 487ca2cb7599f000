/**
 * Where files belong, and what a workload consists of right now: open documents over the files on disk.
 *
 * Owns: the list of workspace folders. Must not: decide what is wrong with a file.
 */
import { dirname, join, relative, sep } from 'node:path';
import {
  type ConfigPath,
  type FileContent,
  groupWorkloads,
  inputReferences,
  MAX_CONFIG_BYTES,
  MAX_REFERENCED_BYTES,
  parseConfigPath,
  type ReferencedFile,
  SUFFIXES,
  type Suffix,
  type WorkloadKind,
  type WorkloadSource,
  workloadKey,
} from '../engine/config/index.ts';
import type { Documents } from './documents.ts';
import { type FileReader, isOwnName } from './fileReader.ts';

/** A workload of a repository on this machine. */
export interface WorkloadPlace {
  /** The folder that paths start from, absolute. */
  readonly root: string;
  /** The prefix that its files share, from the root. */
  readonly path: string;
  readonly kind: WorkloadKind;
}

/** A config file, and the workload it belongs to. */
export interface FilePlace extends WorkloadPlace {
  readonly file: ConfigPath;
}

/** Identity of a workload on this machine, usable as a map key. */
export const placeKey = (place: WorkloadPlace): string => `${place.root}\0${workloadKey(place)}`;

/** The absolute paths that the workload's files have or would have. */
export function filesOf({ root, path, kind }: WorkloadPlace): string[] {
  return suffixesOf(kind).map((suffix) => join(root, path + suffix));
}

export interface LoadedWorkload {
  readonly source: WorkloadSource;
  /** Versions of the open documents that were read, by absolute path. */
  readonly versions: ReadonlyMap<string, number>;
}

export class Workspace {
  readonly #reader: FileReader;
  readonly #documents: Documents;
  #folders: readonly string[] = [];

  constructor(reader: FileReader, documents: Documents) {
    this.#reader = reader;
    this.#documents = documents;
  }

  /** @param folders absolute paths; the inner ones count before those around them */
  setFolders(folders: readonly string[]): void {
    this.#folders = folders.toSorted((a, b) => b.length - a.length);
  }

  folders(): readonly string[] {
    return this.#folders;
  }

  /** Whether an absolute path is one of the folders, or in one. */
  contains(path: string): boolean {
    return this.#folders.some((one) => path === one || path.startsWith(join(one, sep)));
  }

  /** Whether a scan looks for files in a folder, absolute. */
  isLookedInto(folder: string): boolean {
    const around = this.#folders.find((one) => folder === one || folder.startsWith(join(one, sep)));
    return around !== undefined && relative(around, folder).split(sep).every(isOwnName);
  }

  /** The JSON files of all folders, absolute. */
  async files(): Promise<string[]> {
    const lists = await Promise.all(this.#folders.map((folder) => this.#reader.list(folder)));
    return [...new Set(lists.flat())];
  }

  /**
   * Finds the workload of a file. Paths start at the repository around the file, as for deploying; outside of any, at
   * the workspace folder, or else at the file's own.
   *
   * @param path absolute
   * @returns undefined where the file is no config file
   */
  async locate(path: string): Promise<FilePlace | undefined> {
    if (parseConfigPath(path.split(sep).join('/')) === undefined) return undefined;
    const folder = dirname(path);
    const around = this.#folders.find((one) => folder === one || folder.startsWith(join(one, sep)));
    const root = (await this.#reader.repositoryAbove(folder)) ?? around ?? folder;
    const file = parseConfigPath(relative(root, path).split(sep).join('/'));
    return file && { root, path: file.workload, kind: file.kind, file };
  }

  /**
   * Reads a workload and what its input refers to. Never rejects: what cannot be read is said in the source.
   *
   * @param options.looking told every absolute path before it is looked at, whether it exists or not
   * @param options.reader reads everything, open documents too. @default open documents over the workspace's reader
   */
  async load(
    place: WorkloadPlace,
    { looking = () => {}, reader }: { readonly looking?: (path: string) => void; readonly reader?: FileReader } = {},
  ): Promise<LoadedWorkload> {
    const versions = new Map<string, number>();
    const read = async (path: string, limitBytes: number): Promise<FileContent> => {
      const absolute = join(place.root, path);
      looking(absolute);
      if (reader) return reader.read(place.root, path, limitBytes);
      const open = this.#documents.get(absolute);
      if (open === undefined) return this.#reader.read(place.root, path, limitBytes);
      versions.set(absolute, open.version);
      return contentOf(open.text, limitBytes);
    };
    const paths = suffixesOf(place.kind).map((suffix) => place.path + suffix);
    const contents = new Map(
      await Promise.all(paths.map(async (path) => [path, await read(path, MAX_CONFIG_BYTES)] as const)),
    );
    const present = paths.filter((path) => contents.get(path)!.problem !== 'missing');
    const files = groupWorkloads(present).flatMap((workload) => workload.files);
    const input = files.find(({ role }) => role === 'input');
    const { references } = inputReferences(input ? (contents.get(input.path)!.text ?? '') : '');
    const referenced = references.map(
      async ({ problem, ...written }): Promise<ReferencedFile> =>
        problem ? { ...written, problem } : { ...written, ...(await read(written.path, MAX_REFERENCED_BYTES)) },
    );
    const source: WorkloadSource = {
      path: place.path,
      kind: place.kind,
      files: files.map((file) => ({ ...file, ...contents.get(file.path)! })),
      references: await Promise.all(referenced),
    };
    return { source, versions };
  }
}

function suffixesOf(kind: WorkloadKind): Suffix[] {
  return (Object.keys(SUFFIXES) as Suffix[]).filter((suffix) => SUFFIXES[suffix].kind === kind);
}

/** An open document keeps the limits that files keep: deploying it would not get further. */
function contentOf(text: string, limitBytes: number): FileContent {
  if (Buffer.byteLength(text) > limitBytes) return { problem: 'too-large' };
  return text.includes('\0') ? { problem: 'not-text' } : { text };
}
