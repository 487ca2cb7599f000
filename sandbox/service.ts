/** What a simulated AWS service is made of: a table of operations, each one function, and its place on the wire. */
import type { JsonObject, Output } from './json.ts';
import type { Region, World } from './world.ts';

export type Protocol = 'awsJson1_0' | 'awsJson1_1' | 'restJson1' | 'restXml' | 'awsQuery' | 'ec2Query';

/** Who calls, as STS would say. */
export interface Caller {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

export interface Call {
  readonly region: Region;
  readonly caller: Caller;
  readonly requestId: string;
  /** Where this sandbox is reached, for example `http://127.0.0.1:4567`. */
  readonly endpoint: string;
}

/** One AWS operation: reads its input, changes the region's state, answers or throws an `AwsFault`. */
export type Operation = (input: JsonObject, call: Call) => Output | RestAnswer;

/** A token bucket as AWS publishes them, per account and region. */
export interface Bucket {
  readonly name: string;
  readonly capacity: number;
  /** Tokens per second of the sandbox's clock. */
  readonly refill: number;
}

export interface Service {
  /** The name in a signature's credential scope. */
  readonly signingName: string;
  readonly protocol: Protocol;
  /** What comes before the operation's name in `X-Amz-Target`; JSON protocols only. */
  readonly targetPrefix?: string;
  /** What error codes are prefixed with in `__type`, for example `com.amazonaws.cloudwatch#`; awsJson1_0 only. */
  readonly shapeNamespace?: string;
  /** Error codes whose modelled shape has another name; awsJson1_0 only. */
  readonly shapes?: Readonly<Record<string, string>>;
  /** Of the XML answers; query protocols only. */
  readonly xmlNamespace?: string;
  /** Method and path of each operation; REST protocols only. */
  readonly routes?: readonly Route[];
  readonly operations: Readonly<Record<string, Operation>>;
  /** The bucket that an operation draws from; none means never throttled. */
  bucket(operation: string): Bucket | undefined;
  /** The service's own way to say that too many requests came. */
  throttled(): Error;
  /** Files that answers of this service point to, fetched by GET without a signature. */
  readonly downloads?: Downloads;
}

export interface Downloads {
  /** The beginning of the paths, for example `/_sandbox/code/`. */
  readonly prefix: string;
  /** The file at the rest of the path, where there is one. */
  read(world: World, rest: string): Buffer | undefined;
}

export interface Route {
  readonly operation: string;
  readonly method: string;
  /** Path with `{Name}` for members, and `{Name+}` for one that goes on to the end, for example `/2015-03-31/functions/{FunctionName}`. */
  readonly path: string;
  /** Query parameters and the members they become. */
  readonly query?: Readonly<Record<string, string>>;
  /** A query parameter without which the route does not match. */
  readonly needs?: string;
  /** Headers, in lower case, and the members they become. */
  readonly headers?: Readonly<Record<string, string>>;
  /** HTTP status of success. @default 200 */
  readonly success?: number;
  /** The body is passed on as `Payload`, base64, instead of being parsed. */
  readonly rawBody?: boolean;
}

/** Marks an answer of a REST operation that is not plain JSON: a status of its own, headers, a raw body. */
export class RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;

  constructor(status: number, headers: Readonly<Record<string, string>>, body: Buffer | string) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** Whether an operation leaves everything as it is. */
export function isRead(operation: string): boolean {
  return /^(?:Get|List|Describe|Filter|Head)/.test(operation);
}

/** Whether an operation can change anything, judged by its name as AWS's own naming goes. */
export function isMutating(operation: string): boolean {
  return !isRead(operation) && !/^(?:Invoke$|AssumeRole$|Download)/.test(operation);
}
