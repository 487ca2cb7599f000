/**
 * The one wrapper of requests about a file: finds the workload, gives up when the client does, turns failures into
 * answers, and traces how long it took. Handlers have no try/catch.
 */
import { type CancellationToken, ErrorCodes, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import { EngineError } from '../engine/errors.ts';
import type { Surroundings } from './features/feature.ts';
import { pathOfUri } from './lsp.ts';
import type { FileParams, RequestDeclaration } from './protocol.ts';
import type { FilePlace } from './workspace.ts';

/**
 * Answers a request about a config file; other files are answered null.
 *
 * @param handler may give its answer late; it is dropped when the client has cancelled by then
 */
export function answerAboutFile<P extends FileParams, R>(
  { connection, workspace, clock }: Surroundings,
  request: RequestDeclaration<P, R | null>,
  handler: (place: FilePlace, params: P) => Promise<R | null>,
): void {
  const answer = async (params: P): Promise<R | null> => {
    const path = pathOfUri(params?.uri);
    const place = path === undefined ? undefined : await workspace.locate(path);
    return place === undefined ? null : handler(place, params);
  };
  connection.onRequest<unknown, void>(request.method, async (params: P, token: CancellationToken) => {
    const startedAt = clock.now();
    try {
      const result = await answer(params);
      if (token.isCancellationRequested) {
        return new ResponseError(LSPErrorCodes.RequestCancelled, `${request.method} was cancelled`);
      }
      return result;
    } catch (error) {
      connection.console.error(`${request.method} failed: ${describe(error)}`);
      return new ResponseError(ErrorCodes.InternalError, messageOf(error));
    } finally {
      connection.tracer.log(`${request.method}: ${Math.round(clock.now() - startedAt)} ms`);
    }
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** For the log: with the stack, unless the failure is one of ours and says all there is to say. */
export function describe(error: unknown): string {
  if (error instanceof EngineError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
