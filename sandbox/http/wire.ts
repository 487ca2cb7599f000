/**
 * The wire protocols: from an HTTP request to an operation with its input, and from an answer or a fault to the HTTP
 * response in the same protocol. Pure; sources of every shape: SPEC.md, "Wire protocols".
 */
import { AwsFault } from '../fault.ts';
import { isObject, type JsonObject, type Output } from '../json.ts';
import { type Protocol, RestAnswer, type Service } from '../service.ts';
import { ec2Answer, ec2Fault, parseForm, s3Fault, xmlAnswer, xmlFault } from './query.ts';
import { routeOf } from './rest.ts';

export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface OperationCall {
  readonly operation: string;
  readonly input: JsonObject;
  /** HTTP status of success. */
  readonly success: number;
}

const CONTENT_TYPE: Readonly<Record<Protocol, string>> = {
  awsJson1_0: 'application/x-amz-json-1.0',
  awsJson1_1: 'application/x-amz-json-1.1',
  restJson1: 'application/json',
  restXml: 'application/xml',
  awsQuery: 'text/xml',
  ec2Query: 'text/xml',
};

/** @throws AwsFault `SerializationException`, `UnknownOperationException` */
export function decodeRequest(service: Service, request: WireRequest): OperationCall {
  if (service.protocol === 'awsQuery' || service.protocol === 'ec2Query') {
    const form = new URLSearchParams(request.body.toString('utf8'));
    return { operation: form.get('Action') ?? '', input: parseForm(form), success: 200 };
  }
  if (service.protocol === 'restJson1' || service.protocol === 'restXml') {
    const { route, members } = routeOf(service, request.method, request.url);
    const body = route.rawBody ? { Payload: request.body.toString('base64') } : parseJson(request.body);
    const fromHeaders = Object.entries(route.headers ?? {}).flatMap(([header, member]) => {
      const value = request.headers[header];
      return typeof value === 'string' ? [[member, value]] : [];
    });
    const input: JsonObject = { ...body, ...Object.fromEntries(fromHeaders), ...members };
    return { operation: route.operation, input, success: route.success ?? 200 };
  }
  const target = String(request.headers['x-amz-target'] ?? '');
  const operation = target.startsWith(`${service.targetPrefix}.`) ? target.slice(service.targetPrefix!.length + 1) : '';
  return { operation, input: parseJson(request.body), success: 200 };
}

/** Nesting beyond what any AWS request has. */
const MAX_DEPTH = 64;

function parseJson(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (isObject(value) && depthWithin(value, MAX_DEPTH)) return value;
  } catch {
    // Falls through to the answer below.
  }
  throw new AwsFault('SerializationException', 'Could not parse the request body into JSON');
}

function depthWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => depthWithin(member, depth - 1));
}

export function encodeAnswer(
  service: Service,
  { operation, success }: OperationCall,
  output: Output | RestAnswer,
  requestId: string,
): WireResponse {
  if (output instanceof RestAnswer) return output;
  const headers = { 'content-type': CONTENT_TYPE[service.protocol] };
  if (service.protocol === 'awsQuery') {
    return { status: 200, headers, body: xmlAnswer(operation, output, service.xmlNamespace ?? '', requestId) };
  }
  if (service.protocol === 'ec2Query') {
    return { status: 200, headers, body: ec2Answer(operation, output, service.xmlNamespace ?? '', requestId) };
  }
  return { status: success, headers, body: success === 204 ? '' : JSON.stringify(output) };
}

export function encodeFault(service: Service, fault: AwsFault, requestId: string): WireResponse {
  const headers: Record<string, string> = { 'content-type': CONTENT_TYPE[service.protocol], ...fault.headers };
  const { status, code, message } = fault;
  if (service.protocol === 'awsQuery') {
    return { status, headers, body: xmlFault(fault, service.xmlNamespace ?? '', requestId) };
  }
  if (service.protocol === 'ec2Query') return { status, headers, body: ec2Fault(fault, requestId) };
  if (service.protocol === 'restXml') return { status, headers, body: s3Fault(fault, requestId) };
  if (service.protocol === 'restJson1') {
    headers['x-amzn-errortype'] = code;
    const text = 'Message' in fault.members ? {} : { message };
    const type = fault.type === 'Sender' ? 'User' : 'Server';
    return { status, headers, body: JSON.stringify({ Type: type, ...text, ...fault.members }) };
  }
  if (service.protocol === 'awsJson1_0') headers['x-amzn-query-error'] = `${code};${fault.type}`;
  const type = `${service.shapeNamespace ?? ''}${service.shapes?.[code] ?? code}`;
  return { status, headers, body: JSON.stringify({ __type: type, message, ...fault.members }) };
}

/** What AWS answers to an operation that the service (or this sandbox) does not have. */
export function unknownOperation(service: Service, operation: string): AwsFault {
  if (service.protocol === 'awsQuery' || service.protocol === 'ec2Query') {
    return new AwsFault('InvalidAction', `Could not find operation ${operation} for this service`);
  }
  return new AwsFault('UnknownOperationException', operation === '' ? '' : `Unknown operation ${operation}`, 404);
}
