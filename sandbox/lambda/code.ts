/**
 * A function's code. The sandbox has no S3 and no registry: an object or image that a request names is taken to exist,
 * and always to be the same; an object's bytes are a small zip made from its name, so that its hash is stable and it
 * can be downloaded and given back.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { text, texts } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { invalid } from './faults.ts';
import type { Code, Lambda } from './state.ts';

/** Zip files given directly: Lambda quotas, bytes. */
const MAX_ZIP = 50 * 1024 * 1024;

/** Reads `ZipFile`, `S3Bucket`/`S3Key`/`S3ObjectVersion` or `ImageUri`; undefined where none is given. */
export function readCode(lambda: Lambda, input: JsonObject, architectures: readonly string[]): Code | undefined {
  const imageUri = text(input, 'ImageUri');
  const zip = text(input, 'ZipFile');
  const bucket = text(input, 'S3Bucket');
  if (imageUri !== undefined) {
    const sha256 = hash(`image ${imageUri}`).toString('hex');
    return { sha256, size: 0, source: imageUri, imageUri, archiveKey: undefined, architectures };
  }
  if (zip !== undefined) {
    const bytes = Buffer.from(zip, 'base64');
    if (bytes.length > MAX_ZIP) throw invalid('Unzipped size must be smaller than 262144000 bytes');
    if (bytes.readUIntBE(0, Math.min(2, bytes.length)) !== ZIP_SIGNATURE) {
      throw invalid('Could not unzip uploaded file. Please check your file, then try to upload again.');
    }
    return archived(lambda, bytes, `zip:${hash(bytes).toString('hex')}`, architectures);
  }
  if (bucket !== undefined) {
    const key = text(input, 'S3Key');
    if (key === undefined) throw invalid('S3 key is required when an S3 bucket is given.');
    const source = `s3://${bucket}/${key}`;
    const bytes = zipOf('source.txt', `${source}?versionId=${text(input, 'S3ObjectVersion') ?? ''}`);
    return archived(lambda, bytes, source, architectures);
  }
  return undefined;
}

/** Code of which only the digest is known: a zip of its own stands for it, and is known again when it is given back. */
export function standInCode(lambda: Lambda, known: Pick<Code, 'sha256' | 'size' | 'imageUri' | 'architectures'>): Code {
  const { sha256, imageUri } = known;
  if (imageUri !== undefined) return { ...known, source: imageUri, archiveKey: undefined };
  const bytes = zipOf('source.txt', sha256);
  const archiveKey = hash(bytes).toString('hex');
  const code: Code = { ...known, source: `zip:${Buffer.from(sha256, 'base64').toString('hex')}`, archiveKey };
  lambda.archive.set(archiveKey, bytes);
  lambda.standIns.set(archiveKey, code);
  return code;
}

export function readArchitectures(input: JsonObject): readonly string[] | undefined {
  const architectures = texts(input, 'Architectures');
  if (architectures === undefined) return undefined;
  const [only] = architectures;
  if (architectures.length !== 1 || (only !== 'x86_64' && only !== 'arm64')) {
    throw invalid(`Architectures must be exactly one of x86_64, arm64: ${architectures.join(', ').slice(0, 80)}`);
  }
  return architectures;
}

/** The first two bytes of every zip file. */
const ZIP_SIGNATURE = 0x504b;

function archived(lambda: Lambda, bytes: Buffer, source: string, architectures: readonly string[]): Code {
  const digest = hash(bytes);
  const archiveKey = digest.toString('hex');
  const standIn = lambda.standIns.get(archiveKey);
  if (standIn !== undefined) return { ...standIn, architectures };
  lambda.archive.set(archiveKey, bytes);
  return {
    sha256: digest.toString('base64'),
    size: bytes.length,
    source,
    imageUri: undefined,
    archiveKey,
    architectures,
  };
}

function hash(bytes: string | Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** A zip with one uncompressed file, dated 1980 as far as zip dates go back. Source: PKWARE's APPNOTE, 4.3. */
function zipOf(name: string, content: string): Buffer {
  const data = Buffer.from(content);
  const file = Buffer.from(name);
  const fields = (sizes: readonly (readonly [value: number, bytes: 2 | 4])[]) =>
    Buffer.concat(
      sizes.map(([value, bytes]) => {
        const field = Buffer.alloc(bytes);
        field.writeUIntLE(value, 0, bytes);
        return field;
      }),
    );
  const common = fields([
    [20, 2],
    [0, 2],
    [0, 2],
    [0, 2],
    [0x21, 2],
    [crc32(data), 4],
    [data.length, 4],
    [data.length, 4],
    [file.length, 2],
    [0, 2],
  ]);
  const local = Buffer.concat([fields([[0x04034b50, 4]]), common, file, data]);
  const central = Buffer.concat([
    fields([
      [0x02014b50, 4],
      [20, 2],
    ]),
    common,
    fields([
      [0, 2],
      [0, 2],
      [0, 2],
      [0, 4],
      [0, 4],
    ]),
    file,
  ]);
  const end = fields([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [1, 2],
    [1, 2],
    [central.length, 4],
    [local.length, 4],
    [0, 2],
  ]);
  return Buffer.concat([local, central, end]);
}
