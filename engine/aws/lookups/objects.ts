/** Functions' code in S3. */
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { type Lookup, oneOf } from './lookup.ts';

export { S3Client } from '@aws-sdk/client-s3';

/** A caller who may not list the bucket is told 403 for what does not exist: that stays unknown. */
export const objects: Lookup<'object'> = {
  most: 1,
  saysAbsent: oneOf('NotFound', 'NoSuchKey', 'NoSuchBucket', 'NoSuchVersion'),
  async ask(clients, region, [id = ''], abortSignal) {
    const s3 = await clients.s3(region);
    const [, Bucket, Key, VersionId] = /^([^/]+)\/(.+?)(?:\?([^?]*))?$/s.exec(id) ?? [];
    await s3.send(new HeadObjectCommand({ Bucket, Key, VersionId }), { abortSignal });
    return new Map([[id, {}]]);
  },
};
