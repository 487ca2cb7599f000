/**
 * What is let in of the messages that arrive: those that LSP allows at the time, with parameters that its messages have.
 * Behind it, nobody has to doubt either. A request that is not let in is answered with LSP's error, a notification is
 * dropped.
 *
 * Owns: how far the client is between `initialize` and `exit`.
 */
import { ErrorCodes, type Message, type MessageReader, type MessageWriter } from 'vscode-languageserver';
import { problemOf } from './shapes.ts';

interface Arriving {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: unknown;
}

interface Refused {
  readonly code: number;
  readonly message: string;
}

/** Passes on what a client may say. */
export function gated(reader: MessageReader, writer: MessageWriter, log: (text: string) => void): MessageReader {
  let stage: 'new' | 'initialized' | 'shut down' = 'new';

  const refusal = ({ method, params }: Arriving): Refused | undefined => {
    // Whatever happened: the client goes.
    if (method === 'exit') return undefined;
    if (stage === 'shut down') {
      return { code: ErrorCodes.InvalidRequest, message: `${method} came after shutdown` };
    }
    if (stage === 'new' && method !== 'initialize') {
      return { code: ErrorCodes.ServerNotInitialized, message: `${method} came before initialize` };
    }
    if (stage !== 'new' && method === 'initialize') {
      return { code: ErrorCodes.InvalidRequest, message: 'initialize came twice' };
    }
    const problem = problemOf(method, params);
    return problem === undefined
      ? undefined
      : { code: ErrorCodes.InvalidParams, message: `${method} was not understood: ${problem}` };
  };

  return {
    onError: reader.onError,
    onClose: reader.onClose,
    onPartialMessage: reader.onPartialMessage,
    dispose: () => reader.dispose(),
    listen: (callback) =>
      reader.listen((message) => {
        if (!isArriving(message)) return callback(message);
        const refused = refusal(message);
        if (refused === undefined) {
          if (message.method === 'shutdown') stage = 'shut down';
          if (message.method !== 'initialize') return callback(message);
          stage = 'initialized';
          // Small clients leave out what they cannot do altogether.
          const params = { capabilities: {}, ...(message.params as object) };
          return callback(Object.assign({}, message, { params }));
        }
        if (message.id === undefined) {
          // Outside of these bounds there is nobody to tell.
          if (stage === 'initialized') log(refused.message);
          return;
        }
        const answer = { jsonrpc: '2.0', id: message.id, error: refused };
        // Where nobody reads any more, nobody waits for the answer.
        writer.write(answer).catch(() => {});
      }),
  };
}

/** Requests and notifications; answers to our own requests have no method. */
const isArriving = (message: Message): message is Message & Arriving =>
  typeof message === 'object' && message !== null && typeof (message as { method?: unknown }).method === 'string';
