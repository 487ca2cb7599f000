/**
 * Amazon S3, as far as a deployment looks at it: whether an object is there. Objects come from the scenario; without a
 * list there, every one exists. Path-style addresses only.
 */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import { matchesGlob } from '../scenario/index.ts';
import { type Operation, RestAnswer, type Service } from '../service.ts';

const headObject: Operation = (input, { region }) => {
  const name = `${text(input, 'Bucket')}/${text(input, 'Key')}`;
  const { objects } = region.scenario.given;
  if (objects !== undefined && !objects.some((glob) => matchesGlob(glob, name))) {
    // An answer to HEAD has no body, and so no code. Source: S3 API reference, HeadObject.
    return new RestAnswer(404, {}, '');
  }
  const etag = region.random(`object/${name}`).hex(32);
  return new RestAnswer(200, { etag: `"${etag}"`, 'content-type': 'application/zip', 'content-length': '0' }, '');
};

export const s3: Service = {
  signingName: 's3',
  protocol: 'restXml',
  routes: [{ operation: 'HeadObject', method: 'HEAD', path: '/{Bucket}/{Key+}', query: { versionId: 'VersionId' } }],
  operations: { HeadObject: headObject },
  bucket: () => undefined,
  throttled: () => new AwsFault('SlowDown', 'Please reduce your request rate.', 503),
};
