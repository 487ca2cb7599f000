import assert from 'node:assert/strict';
import { closest } from '../../engine/closest.ts';

const keys = ['serviceName', 'service', 'taskDefinition', 'desiredCount', 'ServiceRole'];

describe('closest', () => {
  for (const [word, expected] of [
    ['ServiceName', 'serviceName'],
    ['servicename', 'serviceName'],
    ['taskDefintion', 'taskDefinition'],
    ['desierdCount', 'desiredCount'],
    ['AlaisStageVariableName', undefined],
    ['zebra', undefined],
    ['', undefined],
  ] as const) {
    it(`answers ${expected ?? 'nothing'} to ${JSON.stringify(word)}`, () =>
      assert.equal(closest(word, keys), expected));
  }

  it('prefers a name that differs in case only', () =>
    assert.equal(closest('imagetag', ['image_tag', 'imageTags', 'imageTag']), 'imageTag'));

  it('counts a swap of neighbours as one difference', () => assert.equal(closest('prot', ['part', 'port']), 'port'));

  it('takes the first of equally near names', () => assert.equal(closest('cat', ['bat', 'rat']), 'bat'));

  it('does not suggest one short name for another that shares nothing with it', () =>
    assert.equal(closest('x', ['y']), undefined));

  it('never suggests the word itself', () => assert.equal(closest('port', ['port']), undefined));

  it('answers nothing, at once, to a huge word', () => {
    const huge = 'a'.repeat(1_000_000);
    assert.equal(closest(huge, [`${huge}b`, 'a']), undefined);
  });
});
