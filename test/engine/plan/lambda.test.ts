import assert from 'node:assert/strict';
import type { JsonObject } from '../../../engine/json.ts';
import { configurationDifferences, configurationRequest } from '../../../engine/plan/lambda.ts';

describe('differences of a function from an image', () => {
  const desired: JsonObject = { FunctionName: 'resize', PackageType: 'Image', Role: 'arn:role' };
  const live: JsonObject = {
    ...desired,
    Timeout: 3,
    MemorySize: 128,
    ImageConfigResponse: { ImageConfig: { EntryPoint: ['node'], Command: ['index.js'] } },
  };
  const paths = (definition: JsonObject) => configurationDifferences(live, definition).map(({ path }) => path);

  it('are none where the file asks for what runs', () => {
    assert.deepEqual(paths({ ...desired, ImageConfig: { EntryPoint: ['node'], Command: ['index.js'] } }), []);
  });

  it('show an image configuration that was taken out of the file, whole or in part, and the request removes it', () => {
    assert.deepEqual(paths({ ...desired, ImageConfig: { EntryPoint: ['node'] } }), ['/ImageConfig/Command']);
    assert.deepEqual(paths(desired), ['/ImageConfig']);
    assert.deepEqual(configurationRequest(desired)['ImageConfig'], {});
  });

  it('ask nothing about images of a function from a zip', () => {
    assert.ok(!Object.hasOwn(configurationRequest({ FunctionName: 'resize', Runtime: 'nodejs22.x' }), 'ImageConfig'));
  });
});
