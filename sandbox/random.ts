/**
 * Randomness that is the same each time: a generator is made from a key (seed, account, region, and the name of what
 * it is for), never shared, so that the order in which concurrent requests arrive cannot change any id or duration.
 */

export interface Random {
  /** A number in [low, high). */
  between(low: number, high: number): number;
  /** `length` decimal digits, the first of them not 0. */
  digits(length: number): string;
  hex(length: number): string;
  /** Capital letters and digits, as in access keys. */
  capitals(length: number): string;
  /** URL-safe letters, digits, `-` and `_`. */
  urlSafe(length: number): string;
  uuid(): string;
}

export function randomFor(key: string): Random {
  const next = generator(key);
  const from = (alphabet: string, length: number) => {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[Math.floor(next() * alphabet.length)];
    return text;
  };
  const hex = (length: number) => from('0123456789abcdef', length);
  const capitals = (length: number) => from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', length);
  return {
    between: (low, high) => low + next() * (high - low),
    digits: (length) => from('123456789', 1) + from('0123456789', length - 1),
    hex,
    capitals,
    urlSafe: (length) => from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', length),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${from('89ab', 1)}${hex(3)}-${hex(12)}`,
  };
}

/** sfc32 seeded by FNV-1a hashes of the key; both are public-domain algorithms. */
function generator(key: string): () => number {
  let [a, b, c, counter] = [hash(key, 0x811c9dc5), hash(key, 0x01000193), hash(key, 0x9e3779b9), 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

function hash(text: string, basis: number): number {
  let value = basis;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
