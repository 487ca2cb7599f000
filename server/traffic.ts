/**
 * The messages that go to and fro over the streams, and when there are none under way: what runs in the background
 * stands back until the client has its answers.
 *
 * Owns: how long ago something arrived, and which requests have no answer yet. Must not: change a message.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { AbstractMessageWriter, type Message, type MessageReader, type MessageWriter } from 'vscode-languageserver';
import { StreamMessageReader } from 'vscode-languageserver/node';

/** How long the background stands back, ms. A request that takes longer waits for something else. */
const LONGEST_MS = 50;
/** For how many turns it stands back for bytes: the connection gives way twice before it looks at a message of them. */
const TURNS_TO_LOOK = 5;

export class Traffic {
  readonly #longestMs: number;
  /** Turns since something arrived. */
  #turns = TURNS_TO_LOOK;
  /** When requests without an answer arrived, by id. */
  readonly #askedAt = new Map<string | number, number>();

  constructor(longestMs = LONGEST_MS) {
    this.#longestMs = longestMs;
  }

  reader(input: NodeJS.ReadableStream): MessageReader {
    const reader = new StreamMessageReader(input);
    return {
      onError: reader.onError,
      onClose: reader.onClose,
      onPartialMessage: reader.onPartialMessage,
      dispose: () => reader.dispose(),
      listen: (callback) => {
        input.on('data', () => {
          this.#turns = 0;
        });
        return reader.listen((message) => {
          const { id, method } = partsOf(message);
          if (isId(id) && method !== undefined) this.#askedAt.set(id, performance.now());
          callback(message);
        });
      },
    };
  }

  writer(output: NodeJS.WritableStream): MessageWriter {
    const writer = new Writer(output);
    return {
      onError: writer.onError,
      onClose: writer.onClose,
      dispose: () => writer.dispose(),
      end: () => writer.end(),
      write: async (message) => {
        await writer.write(message);
        const { id, method } = partsOf(message);
        if (isId(id) && method === undefined) this.#askedAt.delete(id);
      },
    };
  }

  /** Resolves when nothing has just arrived and no answer is due, other than one that takes long; or after a while. */
  async quiet(): Promise<void> {
    const until = performance.now() + this.#longestMs;
    for (; this.#isBusy() && performance.now() < until; this.#turns++) await turn();
  }

  #isBusy(): boolean {
    if (this.#turns < TURNS_TO_LOOK) return true;
    const now = performance.now();
    for (const askedAt of this.#askedAt.values()) if (now < askedAt + this.#longestMs) return true;
    return false;
  }
}

/**
 * Writes each message at once and in one piece. The connection's own writer gives way before each message and writes it
 * in two: of thousands of diagnostics, that is most of the work, and an answer waits behind them.
 */
class Writer extends AbstractMessageWriter implements MessageWriter {
  readonly #output: NodeJS.WritableStream;
  #failures = 0;

  constructor(output: NodeJS.WritableStream) {
    super();
    this.#output = output;
    output.on('error', (error) => this.fireError(error));
    output.on('close', () => this.fireClose());
  }

  async write(message: Message): Promise<void> {
    const text = JSON.stringify(message);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#output.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`, (error) => {
      if (!error) return resolve();
      this.fireError(error, message, ++this.#failures);
      reject(error);
    });
    return promise;
  }

  end(): void {
    this.#output.end();
  }
}

/** Of what arrived, which may be anything. */
const partsOf = (message: Message): { readonly id?: unknown; readonly method?: unknown } => Object(message);

const isId = (id: unknown): id is string | number => typeof id === 'string' || typeof id === 'number';
