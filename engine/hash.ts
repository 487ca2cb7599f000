/** Digests, for the pure parts that are given them. */
import { createHash } from 'node:crypto';

/** Digests as a parameter: pure code has no crypto. */
export interface CodeHash {
  /** Base64 SHA-256 of the bytes that a base64 text stands for: what Lambda calls CodeSha256. */
  zip(base64: string): string;
  /** Hex SHA-256 of a text, at most 64 characters. */
  text(text: string): string;
}

export const codeHash: CodeHash = {
  zip: (base64) => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64'),
  text: (text) => createHash('sha256').update(text).digest('hex'),
};
