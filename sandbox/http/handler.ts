/**
 * From a request to the service that it is for, through authentication, scenario and throttling, to the operation, and
 * back; whichever way the request came.
 *
 * Owns: the throttle's levels, the scenario's call counts. Must not know any single operation, nor a socket.
 */
import type { CallLog } from '../callLog.ts';
import { AwsFault } from '../fault.ts';
import type { JsonObject } from '../json.ts';
import { randomFor } from '../random.ts';
import { Replica } from '../replica.ts';
import { type Caller, isMutating, isRead, type Operation, type Service } from '../service.ts';
import type { SandboxClock } from '../time/index.ts';
import type { Traffic } from '../traffic/index.ts';
import type { Region, World } from '../world.ts';
import { ApiFaults, faultOf } from './apiFaults.ts';
import { control } from './control.ts';
import { callerOf, readScope } from './credentials.ts';
import type { InFlight } from './inFlight.ts';
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

export interface HandlerOptions {
  readonly world: World;
  readonly clock: SandboxClock;
  readonly calls: CallLog;
  readonly traffic: Traffic;
  readonly services: readonly Service[];
  /** How many times AWS's request rates are allowed; `Infinity` for no throttling. */
  readonly rateScale: number;
}

/** A request whose body is yet to be read. */
export interface HttpRequest extends Pick<WireRequest, 'method' | 'headers'> {
  readonly path: string;
  /** Reads the body, of `limit` bytes at most. Rejects with an `AwsFault` when it is larger. */
  readonly body: (limit: number) => Promise<Buffer>;
}

/** The answer is held back for good. */
export const NO_ANSWER: unique symbol = Symbol('no answer');
/** The connection is cut instead of answering. */
export const CUT_OFF: unique symbol = Symbol('cut off');

type Answer = WireResponse | typeof NO_ANSWER | typeof CUT_OFF;

export type Hold = ReturnType<InFlight['atServer']>;

/** What is known about a request so far, for the log and for the shape of an error. */
interface Progress {
  service: Service;
  operation: string;
  account: string;
  region: string;
}

export class Handler {
  readonly #options: HandlerOptions;
  readonly #endpoint: string;
  readonly #throttle: Throttle;
  readonly #faults = new ApiFaults();
  /** By how far they lag, seconds. */
  readonly #replicas = new Map<number, Replica>();
  readonly #ids: () => string;

  constructor(options: HandlerOptions, endpoint: string) {
    this.#options = options;
    this.#endpoint = endpoint;
    this.#throttle = new Throttle(options.rateScale);
    const random = randomFor(`${options.world.seed}/requests`);
    this.#ids = () => random.uuid();
  }

  /** Rejects where the request could not be read. */
  async answer(request: HttpRequest, hold: Hold | undefined): Promise<Answer> {
    const requestId = this.#ids();
    const answer = await this.#answer(request, requestId, hold);
    if (answer === NO_ANSWER || answer === CUT_OFF) return answer;
    return { ...answer, headers: { ...answer.headers, 'x-amzn-requestid': requestId } };
  }

  async #answer(request: HttpRequest, requestId: string, hold: Hold | undefined): Promise<Answer> {
    const url = new URL(request.path, this.#endpoint);
    const head: WireRequest = { method: request.method, url, headers: request.headers, body: Buffer.alloc(0) };
    const download = this.#download(head);
    if (download !== undefined) return download;
    const scope = readScope(oneOf(request.headers['authorization']), url.searchParams);
    const service = this.#serviceOf(head, scope?.signingName);
    if (url.pathname.startsWith('/_sandbox')) {
      // A person's `advance` lasts as long as what it sets off, so it must not itself hold time still.
      const body = await request.body(BODY_LIMIT);
      hold?.suspend();
      const answer = await control({ ...head, body }, this.#options);
      hold?.resume();
      return answer;
    }
    const progress: Progress = { service, operation: '-', account: '-', region: scope?.region ?? '-' };
    try {
      const limit = service.signingName === 'lambda' ? CODE_BODY_LIMIT : BODY_LIMIT;
      const body = await request.body(limit);
      this.#options.world.catchUp();
      if (scope === undefined) throw unsigned(service);
      const caller = callerOf(this.#options.world, scope);
      progress.account = caller.account;
      const call = decodeRequest(service, { ...head, body });
      progress.operation = call.operation;
      const region = this.#options.world.region(caller.account, scope.region);
      const answer = await this.#perform(progress, call, { caller, region, requestId, hold });
      this.#log(progress, requestId, typeof answer === 'symbol' ? 0 : answer.status);
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
      hold: Hold | undefined;
    },
  ): Promise<Answer> {
    const { caller, region, requestId, hold } = context;
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
    if (effect?.loseAnswer) return CUT_OFF;
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

const oneOf = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);

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
