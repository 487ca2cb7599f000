/**
 * The HTTP server: one socket in front of the handler.
 *
 * Owns: the socket. Must not know what a request is about.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SandboxError } from '../fault.ts';
import { VirtualClock } from '../time/index.ts';
import { readBody } from './body.ts';
import { CUT_OFF, Handler, type HandlerOptions, type Hold, type HttpRequest, NO_ANSWER } from './handler.ts';
import { InFlight } from './inFlight.ts';
import type { WireResponse } from './wire.ts';

export interface ServerOptions extends HandlerOptions {
  readonly port: number;
  readonly host: string;
}

/** A request that comes by no socket. */
export interface LocalRequest {
  readonly method: string;
  /** With the query, for example `/2015-03-31/functions?MaxItems=5`. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RunningServer {
  readonly endpoint: string;
  /** Answers a request as the socket would, without one. @see Sandbox.request */
  request(request: LocalRequest): Promise<WireResponse | undefined>;
  stop(): Promise<void>;
}

/** @throws SandboxError `sandbox.port` when the port cannot be had */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const server = createServer({ keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new SandboxError(
          'sandbox.port',
          `cannot listen on ${options.host}:${options.port}: ${error.message}`,
          'choose another port, or 0 for any free one',
        ),
      ),
    );
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://${options.host}:${port}`;
  const { clock } = options;
  const inFlight =
    clock instanceof VirtualClock ? new InFlight(`${options.host}:${port}`, () => clock.enter()) : undefined;
  const handler = new Handler(options, endpoint);
  server.on('request', (request, response) => {
    const hold = inFlight?.atServer(request.socket.remotePort);
    response.once('close', () => hold?.end());
    void serve(handler, request, response, hold);
  });
  return {
    endpoint,
    request: (request) => answerLocally(handler, request, inFlight?.local()),
    stop: () =>
      new Promise((resolve) => {
        inFlight?.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  handler: Handler,
  request: IncomingMessage,
  response: ServerResponse,
  hold: Hold | undefined,
): Promise<void> {
  const asked: HttpRequest = {
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
    body: (limit) => readBody(request, request.headers['content-encoding'], limit),
  };
  const answer = await handler.answer(asked, hold).catch((): typeof CUT_OFF => CUT_OFF);
  // Where the request itself could not be read there is nobody to answer either.
  if (answer === CUT_OFF) request.socket.destroy();
  if (answer === CUT_OFF || answer === NO_ANSWER) return;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}

async function answerLocally(
  handler: Handler,
  { body, ...request }: LocalRequest,
  hold: Hold | undefined,
): Promise<WireResponse | undefined> {
  try {
    const read = (limit: number) => readBody([body], request.headers['content-encoding'], limit);
    const answer = await handler.answer({ ...request, body: read }, hold);
    if (answer === NO_ANSWER) return await new Promise(() => {});
    return answer === CUT_OFF ? undefined : answer;
  } finally {
    hold?.end();
  }
}
