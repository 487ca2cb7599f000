/**
 * What reading one file of a repository gives: its text, or the reason why there is none; and the limits that files
 * from a repository, which are not trusted, have to keep.
 */

/** Largest config file, bytes. The largest request body that ECS and Lambda accept for a definition is far below. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** Largest file that an input may refer to, bytes: outputs of a large Terraform state fit, a log or an archive does not. */
export const MAX_REFERENCED_BYTES = 8 * 1024 * 1024;

/** Why a file has no text. */
export type FileProblem =
  /** There is no such file in this revision. */
  | 'missing'
  /** The path leaves the repository (`../x`), or points into Git's own folder. */
  | 'outside'
  /** The path starts at a root: `/etc/x`, `C:\x`, `\\server\x`, `~/x`. */
  | 'absolute'
  /** The path is empty, a URL, or has a backslash or a control character. */
  | 'not-a-path'
  /** A symbolic link that leaves the repository or leads in a circle. */
  | 'symlink'
  /** The file is in another repository inside this one (a submodule). */
  | 'submodule'
  /** A folder, a pipe, a device. */
  | 'not-a-file'
  | 'too-large'
  /** Not UTF-8, or with a NUL character. */
  | 'not-text'
  /** The system refuses to read it. */
  | 'unreadable';

export type FileContent =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: FileProblem };

/**
 * Decodes a file. A byte order mark is not part of the text, as in editors, so offsets count from the character after it.
 */
export function decodeText(bytes: Uint8Array): FileContent {
  if (bytes.includes(0)) return { problem: 'not-text' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { problem: 'not-text' };
  }
}

/**
 * The words for a problem, for a finding at the place where the path is written.
 *
 * @param path as the author wrote it
 * @param limitBytes the limit that applied, for `too-large`. @default MAX_REFERENCED_BYTES
 */
export function explainFileProblem(
  problem: FileProblem,
  path: string,
  limitBytes: number = MAX_REFERENCED_BYTES,
): { readonly message: string; readonly hint: string } {
  const file = JSON.stringify(path);
  switch (problem) {
    case 'missing':
      return {
        message: `no such file: ${file}`,
        hint: 'paths start at the repository root; commit the file, or correct the path',
      };
    case 'outside':
      return {
        message: `the path leaves the repository: ${file}`,
        hint: 'copy the file into the repository and give its path from the root',
      };
    case 'absolute':
      return {
        message: `the path is absolute: ${file}`,
        hint: 'give the path from the repository root, without a leading / or drive',
      };
    case 'not-a-path':
      return {
        message: `not a path in the repository: ${file}`,
        hint: 'give a path from the repository root, with / between folders',
      };
    case 'symlink':
      return {
        message: `a symbolic link that leaves the repository or leads in a circle: ${file}`,
        hint: 'commit the file itself instead of a link',
      };
    case 'submodule':
      return {
        message: `the file is in another repository (a submodule): ${file}`,
        hint: 'copy the file into this repository',
      };
    case 'not-a-file':
      return { message: `not a regular file: ${file}`, hint: 'give the path of a file, not of a folder' };
    case 'too-large':
      return {
        message: `larger than ${limitBytes / 1024 / 1024} MiB: ${file}`,
        hint: 'keep only the values that the templates use',
      };
    case 'not-text':
      return { message: `not a UTF-8 text file: ${file}`, hint: 'save the file as UTF-8' };
    case 'unreadable':
      return { message: `the system does not let the file be read: ${file}`, hint: "check the file's permissions" };
  }
}
