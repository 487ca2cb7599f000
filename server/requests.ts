/**
 * The one wrapper of requests about a file: finds the workload, gives up when the client does, turns failures into
 * answers, and traces how long it took. Handlers have no try/catch.
 */
import { type CancellationToken, ErrorCodes, LSPErrorCodes, type Position, ResponseError } from 'vscode-languageserver';
import { EngineError } from '../engine/errors.ts';
import type { Surroundings } from './features/feature.ts';
import { pathOfUri } from './lsp.ts';
import type { RequestDeclaration } from './protocol.ts';
import type { EdgeSharedFile, EdgeView } from './views.ts';
import type { FilePlace } from './workspace.ts';

/** Requests name their file in LSP's way, or in ours. */
interface NamesFile {
  readonly uri?: string;
  readonly textDocument?: { readonly uri: string };
  readonly position?: Position;
}

const pathOf = (params: NamesFile | undefined): string | undefined =>
  pathOfUri(params?.textDocument?.uri ?? params?.uri);

/**
 * Answers a request. Whatever it answers is dropped when the client has cancelled by then.
 *
 * @param method as the client calls it
 */
export function answer<P, R>(
  { connection, clock }: Surroundings,
  method: string,
  handler: (params: P) => Promise<R>,
): void {
  connection.onRequest<unknown, void>(method, async (params: P, token: CancellationToken) => {
    const startedAt = clock.now();
    const gaveUp = () => new ResponseError<void>(LSPErrorCodes.RequestCancelled, `${method} was cancelled`);
    if (token.isCancellationRequested) return gaveUp();
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<ResponseError<void>>();
    const listening = token.onCancellationRequested(() => cancel(gaveUp()));
    try {
      // Who gave up hears so at once, even where AWS keeps the handler waiting.
      return await Promise.race([handler(params), cancelled]);
    } catch (error) {
      // What an error of ours says is for people; a refusal is their own doing, and not worth a line in the log.
      if (error instanceof EngineError) {
        if (!(error instanceof Refusal)) connection.console.warn(`${method}: ${describe(error)}`);
        return new ResponseError(LSPErrorCodes.RequestFailed, error.message);
      }
      connection.console.error(`${method} failed: ${describe(error)}`);
      return new ResponseError(ErrorCodes.InternalError, messageOf(error));
    } finally {
      listening.dispose();
      connection.tracer.log(`${method}: ${Math.round(clock.now() - startedAt)} ms`);
    }
  });
}

/** A person asked for what cannot be done: said to them, and no failure of ours. */
export class Refusal extends EngineError {
  constructor(message: string) {
    super('server.refused', message);
  }
}

/** Answers a request about a config file; about other files the answer is null. */
export function answerAboutFile<P extends NamesFile, R>(
  surroundings: Surroundings,
  request: RequestDeclaration<P, R | null>,
  handler: (place: FilePlace, params: P) => Promise<R | null>,
): void {
  answer(surroundings, request.method, async (params: P): Promise<R | null> => {
    const path = pathOf(params);
    const place = path === undefined ? undefined : await surroundings.workspace.locate(path);
    return place === undefined ? null : handler(place, params);
  });
}

export interface ViewOptions<P, R> {
  /** Whether the workload has to be checked as it is now, or may be a moment behind. @default true */
  readonly fresh?: boolean;
  /** Answers about a file that inputs refer to, such as Terraform's output. @default null */
  readonly shared?: (file: EdgeSharedFile, params: P) => R | null;
}

/** Likewise, with the file and its workload at hand. */
export function answerFromView<P extends NamesFile, R>(
  surroundings: Surroundings,
  method: string,
  handler: (view: EdgeView, params: P) => R | null | Promise<R | null>,
  { fresh = true, shared }: ViewOptions<P, R> = {},
): void {
  const { workspace, views } = surroundings;
  answer(surroundings, method, async (params: P): Promise<R | null> => {
    const path = pathOf(params);
    const place = path === undefined ? undefined : await workspace.locate(path);
    if (place !== undefined) {
      const view = await views.of(place, fresh);
      return view === undefined ? null : handler(view, params);
    }
    const file = path === undefined || shared === undefined ? undefined : await views.shared(path, params.position);
    return file === undefined ? null : shared!(file, params);
  });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** For the log: with the stack, unless the failure is one that says all there is to say. */
export function describe(error: unknown): string {
  if (error instanceof EngineError) return `${error.code}: ${error.message}`;
  // The client's own words: where we asked is no news.
  if (error instanceof ResponseError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
