/**
 * A reader that keeps what it read until it is told that it changed. That is for clients that tell, and for files that
 * they tell of: those in the workspace. All others are read anew each time.
 *
 * Owns: the texts of files, as they are on disk.
 */
import { join } from 'node:path';
import type { FileContent } from '../engine/config/index.ts';
import { isInAny } from './below.ts';
import type { FileReader } from './fileReader.ts';

export class KeptReader implements FileReader {
  readonly #reader: FileReader;
  readonly #contents = new Map<string, Promise<FileContent>>();
  readonly #repositories = new Map<string, Promise<string | undefined>>();
  /** Whether somebody tells of changes to an absolute path. */
  #isWatched: (path: string) => boolean = () => false;

  constructor(reader: FileReader) {
    this.#reader = reader;
  }

  /** From now on, somebody tells of changes to these absolute paths. */
  keep(isWatched: (path: string) => boolean): void {
    this.#isWatched = isWatched;
  }

  /** A file appeared, changed or went. */
  forget(path: string): void {
    this.#contents.delete(path);
  }

  /** Folders went. */
  forgetIn(folders: ReadonlySet<string>): void {
    for (const kept of [this.#contents, this.#repositories]) {
      for (const path of kept.keys()) if (isInAny(path, folders)) kept.delete(path);
    }
  }

  /** Paths may belong to other repositories now. */
  forgetAll(): void {
    this.#contents.clear();
    this.#repositories.clear();
  }

  repositoryAbove(folder: string): Promise<string | undefined> {
    if (!this.#isWatched(folder)) return this.#reader.repositoryAbove(folder);
    const known = this.#repositories.get(folder) ?? this.#reader.repositoryAbove(folder);
    this.#repositories.set(folder, known);
    return known;
  }

  read(root: string, path: string, limitBytes: number): Promise<FileContent> {
    const absolute = join(root, path);
    if (!this.#isWatched(absolute)) return this.#reader.read(root, path, limitBytes);
    const known = this.#contents.get(absolute) ?? this.#reader.read(root, path, limitBytes);
    this.#contents.set(absolute, known);
    return known;
  }

  list(folder: string): Promise<readonly string[]> {
    return this.#reader.list(folder);
  }
}
