/**
 * Commits, as read from Git's commit objects.
 */

export interface Commit {
  /** The full object id. */
  readonly id: string;
  readonly author: string;
  readonly authorEmail?: string;
  /** Milliseconds since the Unix epoch, to the second. */
  readonly committedAt: number;
  /** The message's first paragraph on one line; empty where there is no message. */
  readonly subject: string;
}

/** Reads a commit object. */
export function parseCommit(id: string, bytes: Uint8Array): Commit {
  const text = decode(bytes);
  const bodyAt = text.indexOf('\n\n');
  const headers = bodyAt < 0 ? text : text.slice(0, bodyAt);
  const message = bodyAt < 0 ? '' : text.slice(bodyAt + 2);
  const author = /^author (.*?) ?<(.*)> /m.exec(headers);
  const committed = /^committer .*> (-?\d+) [+-]\d+$/m.exec(headers);
  return {
    id,
    author: author?.[1] ?? '',
    ...(author?.[2] ? { authorEmail: author[2] } : {}),
    committedAt: Number(committed?.[1] ?? 0) * 1000,
    subject: message
      .trimStart()
      .split(/\n[ \t]*\n/, 1)[0]!
      .trim()
      .replace(/\s*\n\s*/g, ' '),
  };
}

/** In the encoding that the commit names; UTF-8 where it names none, or one that is not known here. */
function decode(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  const encoding = /^encoding (\S+)$/m.exec(text.split('\n\n', 1)[0]!)?.[1];
  if (encoding === undefined) return text;
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return text;
  }
}
