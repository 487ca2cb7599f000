/**
 * The HTTP server: from a request to the service that it is for, through authentication, scenario and throttling, to
 * the operation, and back.
 *
 * Owns: the socket, the throttle's levels, the scenario's call counts. Must not know any single operation.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallLog } from '../callLog.ts';
import { AwsFault, SandboxError } from '../fault.ts';
import type { JsonObject } from '../json.ts';
import { randomFor } from '../random.ts';
import { Replica } from '../replica.ts';
import { type Caller, isMutating, isRead, type Operation, type Service } from '../service.ts';
import { type SandboxClock, VirtualClock } from '../time/index.ts';
import type { Traffic } from '../traffic/index.ts';
import type { Region, World } from '../world.ts';
import { ApiFaults, faultOf } from './apiFaults.ts';
import { readBody } from './body.ts';
import { control } from './control.ts';
import { callerOf, readScope } from './credentials.ts';
import { InFlight } from './inFlight.ts';
import { Throttle } from './throttle.ts';
import {
  decodeRequest,
  encodeAnswer,
  encodeFault,
  type OperationCall,
  unknownOperation,
  type WireRequest,
  type WireResponse,
} from './wire.ts';

/** A Lambda zip of 50 MB as base64 inside JSON; AWS bounds the whole request alike. */
const CODE_BODY_LIMIT = 70 * 1024 * 1024;
const BODY_LIMIT = 1024 * 1024;

export interface ServerOptions {
  readonly world: World;
  readonly clock: SandboxClock;
  readonly calls: CallLog;
  readonly traffic: Traffic;
  readonly services: readonly Service[];
  readonly port: number;
  readonly host: string;
  /** How many times AWS's request rates are allowed; `Infinity` for no throttling. */
  readonly rateScale: number;
}

export interface RunningServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** The server held back its answer for good. */
const NO_ANSWER = Symbol('no answer');

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
    void handler.serve(request, response, hold);
  });
  return {
    endpoint,
    stop: () =>
      new Promise((resolve) => {
        inFlight?.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Hold = ReturnType<InFlight['atServer']>;

/** What is known about a request so far, for the log and for the shape of an error. */
interface Progress {
  service: Service;
  operation: string;
  account: string;
  region: string;
}

class Handler {
  readonly #options: ServerOptions;
  readonly #endpoint: string;
  readonly #throttle: Throttle;
  readonly #faults = new ApiFaults();
  /** By how far they lag, seconds. */
  readonly #replicas = new Map<number, Replica>();
  readonly #ids: () => string;

  constructor(options: ServerOptions, endpoint: string) {
    this.#options = options;
    this.#endpoint = endpoint;
    this.#throttle = new Throttle(options.rateScale);
    const random = randomFor(`${options.world.seed}/requests`);
    this.#ids = () => random.uuid();
  }

  async serve(request: IncomingMessage, response: ServerResponse, hold: Hold | undefined): Promise<void> {
    const requestId = this.#ids();
    let answer: WireResponse | typeof NO_ANSWER;
    try {
      answer = await this.#answer(request, requestId, hold);
    } catch {
      // The connection broke while the request was read: there is nobody to answer.
      response.destroy();
      return;
    }
    if (answer === NO_ANSWER) return;
    response.writeHead(answer.status, {
      ...answer.headers,
      'x-amzn-requestid': requestId,
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
  }

  async #answer(
    request: IncomingMessage,
    requestId: string,
    hold: Hold | undefined,
  ): Promise<WireResponse | typeof NO_ANSWER> {
    const url = new URL(request.url ?? '/', this.#endpoint);
    const head: WireRequest = { method: request.method ?? 'GET', url, headers: request.headers, body: Buffer.alloc(0) };
    const download = this.#download(head);
    if (download !== undefined) return download;
    const scope = readScope(request.headers.authorization, url.searchParams);
    const service = this.#serviceOf(head, scope?.signingName);
    if (url.pathname.startsWith('/_sandbox')) {
      // A person's `advance` lasts as long as what it sets off, so it must not itself hold time still.
      const body = await readBody(request, BODY_LIMIT);
      hold?.suspend();
      const answer = await control({ ...head, body }, this.#options);
      hold?.resume();
      return answer;
    }
    const progress: Progress = { service, operation: '-', account: '-', region: scope?.region ?? '-' };
    try {
      const limit = service.signingName === 'lambda' ? CODE_BODY_LIMIT : BODY_LIMIT;
      const body = await readBody(request, limit);
      this.#options.world.catchUp();
      if (scope === undefined) throw unsigned(service);
      const caller = callerOf(this.#options.world, scope);
      progress.account = caller.account;
      const call = decodeRequest(service, { ...head, body });
      progress.operation = call.operation;
      const region = this.#options.world.region(caller.account, scope.region);
      const answer = await this.#perform(progress, call, { caller, region, requestId, request, hold });
      this.#log(progress, requestId, answer === NO_ANSWER ? 0 : answer.status);
      return answer;
    } catch (error) {
      const fault = error instanceof AwsFault ? error : internal(error);
      this.#log(progress, requestId, fault.status, fault.code);
      return encodeFault(service, fault, requestId);
    }
  }

  async #perform(
    { service, operation }: Progress,
    call: OperationCall,
    context: {
      caller: Caller;
      region: Region;
      requestId: string;
      request: IncomingMessage;
      hold: Hold | undefined;
    },
  ): Promise<WireResponse | typeof NO_ANSWER> {
    const { caller, region, requestId, request, hold } = context;
    const run = Object.hasOwn(service.operations, operation) ? service.operations[operation] : undefined;
    if (run === undefined) throw unknownOperation(service, operation);
    const { world } = this.#options;
    const name = `${service.signingName}:${operation}`;
    const subject = { ...region.subject, operation: name, caller: caller.arn, resource: namesIn(call.input) };
    const effect = this.#faults.next(world.scenario, subject);
    if (effect?.hang) {
      hold?.suspend();
      return NO_ANSWER;
    }
    if (effect?.delaySeconds !== undefined) await this.#delay(effect.delaySeconds, hold);
    const fault = effect && faultOf(effect, { ...subject, protocol: service.protocol });
    if (fault !== undefined) throw fault;
    const bucket = service.bucket(operation);
    if (bucket !== undefined) {
      const scope = `${region.account}/${region.name}/${service.signingName}`;
      if (!this.#throttle.take(scope, bucket, world.now)) throw service.throttled();
    }
    const output = this.#run(run, call, { region, caller, requestId }, effect?.lagSeconds);
    if (effect?.loseAnswer) {
      request.socket.destroy();
      return NO_ANSWER;
    }
    return encodeAnswer(service, call, output, requestId);
  }

  /** Runs an operation; a read that lags, in the world as it was. */
  #run(
    run: Operation,
    { operation, input }: OperationCall,
    { region, ...from }: { caller: Caller; region: Region; requestId: string },
    lagSeconds = 0,
  ): ReturnType<Operation> {
    const { world } = this.#options;
    const runIn = (there: World) =>
      run(input, { ...from, endpoint: this.#endpoint, region: there.region(region.account, region.name) });
    if (!isRead(operation)) {
      const output = runIn(world);
      world.record(runIn);
      return output;
    }
    if (lagSeconds === 0) return runIn(world);
    const replica = this.#replicas.get(lagSeconds) ?? new Replica(world, lagSeconds);
    this.#replicas.set(lagSeconds, replica);
    return runIn(replica.world);
  }

  async #delay(seconds: number, hold: Hold | undefined): Promise<void> {
    const { clock, world } = this.#options;
    const until = clock.now() + seconds * 1000;
    hold?.suspend();
    await clock.sleepUntil(until);
    hold?.resume();
    world.catchUp();
  }

  #download({ method, url }: WireRequest): WireResponse | undefined {
    const downloads = this.#options.services.find(({ downloads: d }) => d && url.pathname.startsWith(d.prefix));
    if (method !== 'GET' || downloads?.downloads === undefined) return undefined;
    const { prefix, read } = downloads.downloads;
    const body = read(this.#options.world, url.pathname.slice(prefix.length));
    if (body === undefined) return { status: 404, headers: {}, body: '' };
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body };
  }

  /** By the signature's scope; for an unsigned request by what its protocol shows, so that the error can be read. */
  #serviceOf({ headers }: WireRequest, signingName: string | undefined): Service {
    const { services } = this.#options;
    const target = String(headers['x-amz-target'] ?? '');
    const form = String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
    const guess: Service | undefined =
      services.find((service) => service.targetPrefix !== undefined && target.startsWith(`${service.targetPrefix}.`)) ??
      services.find((service) => service.protocol === (form ? 'awsQuery' : 'restJson1'));
    if (signingName === undefined) return guess ?? services[0]!;
    return services.find((service) => service.signingName === signingName) ?? unknownService(signingName, form, target);
  }

  #log({ service, operation, account, region }: Progress, requestId: string, status: number, error?: string): void {
    this.#options.calls.add({
      time: this.#options.world.now,
      service: service.signingName,
      operation: operation === '' ? '-' : operation,
      account,
      region,
      requestId,
      status,
      ...(error === undefined ? {} : { error }),
      mutating: isMutating(operation),
    });
  }
}

/** What a request names: its members that are text, which scenarios match as `resource`. */
function namesIn(input: JsonObject): readonly string[] {
  return Object.values(input).filter((value) => typeof value === 'string');
}

/** An AWS service that the sandbox does not have: it answers in the protocol that the request speaks. */
function unknownService(signingName: string, form: boolean, target: string): Service {
  const protocol = form ? 'awsQuery' : target === '' ? 'restJson1' : 'awsJson1_1';
  return {
    signingName,
    protocol,
    ...(target === '' ? {} : { targetPrefix: target.split('.')[0]! }),
    operations: {},
    bucket: () => undefined,
    throttled: () => new AwsFault('ThrottlingException', 'Rate exceeded'),
  };
}

function unsigned(service: Service): AwsFault {
  if (service.protocol === 'awsQuery') {
    return new AwsFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
  return new AwsFault('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
}

/** A defect of the sandbox itself: said as such, and with where it happened, so that it can be mended. */
function internal(error: unknown): AwsFault {
  const where =
    error instanceof Error ? `${error.message} (${error.stack?.split('\n')[1]?.trim() ?? ''})` : String(error);
  return new AwsFault('InternalFailure', `the sandbox failed: ${where}`, 500);
}
