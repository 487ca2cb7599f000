/**
 * Reads objects through one long-lived `git cat-file --batch`: a process per repository, not per file.
 *
 * Owns: the process and the queue of requests that it has not answered yet; it answers them in order.
 * Must not: hold more of an object in memory than its reader allows.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EngineError } from '../errors.ts';
import { gitError } from './gitErrors.ts';

export type GitObject =
  | {
      readonly id: string;
      readonly type: string;
      /** Bytes. */
      readonly size: number;
      /** Nothing where the object is larger than the reader allows. */
      readonly bytes: Buffer | undefined;
    }
  | { readonly type: 'missing' | 'unfollowable' | 'submodule' };

interface Request {
  readonly limitBytes: number;
  readonly resolve: (object: GitObject) => void;
  readonly reject: (error: Error) => void;
}

/** The object whose body is arriving. */
interface Incoming {
  readonly object:
    | { readonly id: string; readonly type: string; readonly size: number }
    | { readonly type: 'missing' | 'unfollowable' };
  readonly isKept: boolean;
  readonly chunks: Buffer[];
  /** Bytes still to come, without the line feed that ends the body. */
  left: number;
}

const NEWLINE = 0x0a;

/** Longest header line, bytes: the name asked for, which git repeats where it found nothing, and a few words. */
const MAX_HEADER_BYTES = 1024 * 1024;

export class ObjectReader {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcessWithoutNullStreams | undefined;
  #requests: Request[] = [];
  #header: Buffer = Buffer.alloc(0);
  #incoming: Incoming | undefined;
  #errors = '';
  #isClosed = false;

  /** Starts nothing yet; the first read does. */
  constructor(folder: string, environment: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /**
   * Reads one object.
   *
   * @param name any name that git understands: an id, a revision, `commit:path` (symbolic links are followed)
   * @param limitBytes larger objects come without their bytes
   * @throws EngineError `git.failed` where git ended before it answered, `git.closed` after `close`
   */
  read(name: string, limitBytes: number): Promise<GitObject> {
    // A request is a line, so such a name can't be asked for; no revision and no referenced path has one.
    if (/[\n\0]/.test(name)) return Promise.resolve({ type: 'missing' });
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(closedError());
      this.#process ??= this.#start();
      this.#requests.push({ limitBytes, resolve, reject });
      const { stdin } = this.#process;
      // What is asked for in one go reaches git in one write.
      if (stdin.writableCorked === 0) {
        stdin.cork();
        process.nextTick(() => stdin.uncork());
      }
      stdin.write(`${name}\n`);
    });
  }

  /** Ends the process and waits until it is gone; what was not answered yet is rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const running = this.#process;
    if (running === undefined) return;
    const gone = new Promise<void>((resolve) => running.once('close', () => resolve()));
    running.kill();
    await gone;
  }

  #start(): ChildProcessWithoutNullStreams {
    const args = ['-c', 'core.fsmonitor=false', 'cat-file', '--batch', '--follow-symlinks'];
    const started = spawn('git', args, { cwd: this.#folder, env: { ...this.#environment }, windowsHide: true });
    started.stdout.on('data', (chunk: Buffer) => {
      if (this.#process === started) this.#take(started, chunk);
    });
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-10_000);
    });
    // A process that is gone is reported by 'close' below, which knows its last words.
    started.stdin.on('error', () => {});
    started.on('error', (error) => this.#end(started, gitError(error.message, this.#folder, error)));
    started.on('close', (code, signal) => {
      const words = this.#errors || `cat-file ended with ${signal ?? `status ${code}`}`;
      this.#end(started, this.#isClosed ? closedError() : gitError(words, this.#folder));
    });
    return started;
  }

  /** Forgets the process, so that a later read starts another, and rejects what it did not answer. */
  #end(ended: ChildProcessWithoutNullStreams, error: EngineError): void {
    if (this.#process !== ended) return;
    const unanswered = this.#requests;
    this.#process = undefined;
    this.#requests = [];
    this.#header = Buffer.alloc(0);
    this.#incoming = undefined;
    this.#errors = '';
    for (const request of unanswered) request.reject(error);
  }

  #take(from: ChildProcessWithoutNullStreams, chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0 && this.#requests.length > 0) {
      rest = this.#incoming ? this.#takeBody(this.#incoming, rest) : this.#takeHeader(from, rest);
    }
  }

  #takeHeader(from: ChildProcessWithoutNullStreams, chunk: Buffer): Buffer {
    const end = chunk.indexOf(NEWLINE);
    const line = Buffer.concat([this.#header, end < 0 ? chunk : chunk.subarray(0, end)]);
    if (end < 0 && line.length <= MAX_HEADER_BYTES) {
      this.#header = line;
      return chunk.subarray(chunk.length);
    }
    this.#header = Buffer.alloc(0);
    const rest = end < 0 ? chunk.subarray(chunk.length) : chunk.subarray(end + 1);
    const header = parseHeader(line.toString('utf8'));
    if (header === undefined) {
      // Nothing after an answer that is not understood can be trusted.
      this.#end(from, gitError(`cat-file answered ${JSON.stringify(line.toString('utf8', 0, 200))}`, this.#folder));
      from.kill();
    } else if (header.size === undefined) this.#answer(header.object);
    else {
      const isKept = header.size <= this.#requests[0]!.limitBytes;
      this.#incoming = { object: header.object, isKept, chunks: [], left: header.size };
    }
    return rest;
  }

  #takeBody(incoming: Incoming, chunk: Buffer): Buffer {
    const part = chunk.subarray(0, incoming.left);
    if (incoming.isKept && part.length > 0) incoming.chunks.push(part);
    incoming.left -= part.length;
    const rest = chunk.subarray(part.length);
    if (incoming.left > 0 || rest.length === 0) return rest;
    this.#incoming = undefined;
    const { object, isKept, chunks } = incoming;
    this.#answer('id' in object ? { ...object, bytes: isKept ? Buffer.concat(chunks) : undefined } : object);
    return rest.subarray(1);
  }

  #answer(object: GitObject): void {
    this.#requests.shift()?.resolve(object);
  }
}

type Header =
  | { readonly object: Incoming['object']; readonly size: number }
  | { readonly object: { readonly type: 'missing' | 'submodule' }; readonly size?: undefined };

/**
 * Reads the line before an object's body.
 *
 * @see git-cat-file(1), "Batch output"
 */
function parseHeader(line: string): Header | undefined {
  const found = /^([0-9a-f]{40,64}) ([a-z]+) (\d+)$/.exec(line);
  if (found) {
    const size = Number(found[3]);
    return { object: { id: found[1]!, type: found[2]!, size }, size };
  }
  const link = /^(symlink|dangling|loop|notdir) (\d+)$/.exec(line);
  // A link to nothing within the repository, or through a file as if it were a folder, is a missing file.
  if (link) return { object: { type: /^[sl]/.test(line) ? 'unfollowable' : 'missing' }, size: Number(link[2]) };
  if (/ (missing|ambiguous)$/.test(line)) return { object: { type: 'missing' } };
  if (line.endsWith(' submodule')) return { object: { type: 'submodule' } };
  return undefined;
}

function closedError(): EngineError {
  return new EngineError('git.closed', 'the repository was closed while it was being read', { kind: 'surroundings' });
}
