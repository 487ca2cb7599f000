/** Digests, for the pure parts that are given them. */
import { createHash } from 'node:crypto';
import type { CodeHash } from './plan/index.ts';

export const codeHash: CodeHash = {
  zip: (base64) => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64'),
  text: (text) => createHash('sha256').update(text).digest('hex'),
};
