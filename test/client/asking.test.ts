import assert from 'node:assert/strict';
import { aboutOf } from '../../client/about.ts';
import { matchesAny } from '../../client/globs.ts';
import { escaped } from '../../client/timeline/drawing.ts';

describe('what a command is asked about', () => {
  it('is what the documented argument says, and nothing of the wrong kind', () => {
    const given = { workload: 'dev/web', rollout: 7, revision: '', confirm: false, other: 'x' };
    assert.deepEqual(aboutOf(given), { workload: 'dev/web', confirm: false });
    for (const nothing of [undefined, null, 'x', 3, []]) assert.deepEqual(aboutOf(nothing), {});
  });

  it('is the workload of a node, with its latest rollout not taken for a chosen one', () => {
    const subject = { repo: '/r', workload: 'dev/web', rollout: 'ro-1', isRollout: false };
    assert.deepEqual(aboutOf({ subject }), { repo: '/r', workload: 'dev/web', rollout: 'ro-1', isLatest: true });
    assert.equal(aboutOf({ subject: { ...subject, isRollout: true } }).isLatest, false);
  });

  it('is the workload of a file', () => {
    const file = { scheme: 'file', fsPath: '/r/dev/web_svcdef.json' };
    assert.deepEqual(aboutOf(file), { repo: '/r/dev', workload: '/r/dev/web_svcdef.json' });
  });
});

describe('patterns of the settings', () => {
  it('match whole texts, one folder by a star and any number by two', () => {
    assert.equal(matchesAny(['prod/*'], 'prod/web'), true);
    assert.equal(matchesAny(['prod/*'], 'prod/eu/web'), false);
    assert.equal(matchesAny(['prod/**'], 'prod/eu/web'), true);
    assert.equal(matchesAny(['prod'], 'production'), false);
    assert.equal(matchesAny(['a.b'], 'axb'), false);
  });
});

describe('text from outside on the timeline', () => {
  it('is no markup', () => {
    assert.equal(escaped('<img src="x" onerror=\'y\'>&'), '&#60;img src=&#34;x&#34; onerror=&#39;y&#39;&#62;&#38;');
  });
});
