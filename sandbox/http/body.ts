/** Reads a request's body: bounded before and after decompression. */
import { gunzipSync } from 'node:zlib';
import { AwsFault } from '../fault.ts';

/** @param limit bytes, before and after decompression */
export async function readBody(
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
  encoding: string | undefined,
  limit: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  if (size > limit) throw tooLarge(limit);
  const whole = Buffer.concat(chunks);
  if (encoding !== 'gzip') return whole;
  try {
    return gunzipSync(whole, { maxOutputLength: limit });
  } catch {
    throw new AwsFault('SerializationException', `The body is not gzip, or larger than ${limit} bytes`);
  }
}

function tooLarge(limit: number): AwsFault {
  return new AwsFault('RequestEntityTooLargeException', `Request must be smaller than ${limit} bytes`, 413);
}
