/** Reads a request's body: bounded before and after decompression. */
import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { AwsFault } from '../fault.ts';

export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw tooLarge(limit);
  const body = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: limit });
  } catch {
    throw new AwsFault('SerializationException', `The body is not gzip, or larger than ${limit} bytes`);
  }
}

function tooLarge(limit: number): AwsFault {
  return new AwsFault('RequestEntityTooLargeException', `Request must be smaller than ${limit} bytes`, 413);
}
