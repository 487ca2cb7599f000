import assert from 'node:assert/strict';
import { aboutOf } from '../../client/about.ts';
import { matchesAny } from '../../client/globs.ts';
import { isInside, isPart, named } from '../../client/rowNames.ts';
import { escaped } from '../../client/timeline/drawing.ts';
import { errorText } from '../../client/words.ts';
import { EngineError } from '../../engine/index.ts';

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

describe('the name of a workload', () => {
  const web = { repo: '/repos/shop', workload: 'dev/web' };

  it('is its path, or that of one of its files, from the root or absolute', () => {
    for (const name of ['dev/web', './dev/web', 'dev\\web', 'dev/web_svcdef.json', 'dev/../dev/web_input.json']) {
      assert.equal(isPart(web, name), true, name);
    }
    for (const name of ['/repos/shop/dev/web', '/repos/shop/dev/web_taskdef.json'])
      assert.equal(isPart(web, name), true);
  });

  it('is not that of another workload whose name begins alike, or of another repository', () => {
    for (const name of [
      'dev/web_admin',
      'dev/web_admin_svcdef.json',
      'dev/webshop',
      'web',
      '',
      '/repos/other/dev/web',
    ]) {
      assert.equal(isPart(web, name), false, name);
    }
  });

  it('is found from the root first, and else from a folder of the window', () => {
    const rows = [web, { repo: '/repos/shop', workload: 'web' }, { repo: '/repos/other', workload: 'prod/web' }];
    const found = (name: string, ...folders: string[]) => named(rows, name, folders)?.workload;
    assert.equal(found('dev/web', '/repos/shop/dev'), 'dev/web');
    assert.equal(found('web', '/repos/shop/dev'), 'web');
    assert.equal(named([web], 'web', ['/repos/shop/dev'])?.workload, 'dev/web');
    assert.equal(named([web], 'web_taskdef.json', ['/repos/shop/dev'])?.workload, 'dev/web');
    assert.equal(found('../dev/web', '/repos/shop/prod'), 'dev/web');
    assert.equal(found('web', '/repos/other/prod'), 'web');
    assert.equal(named(rows.slice(2), 'web', ['/repos/shop', '/repos/other/prod'])?.workload, 'prod/web');
    assert.equal(found('api', '/repos/shop/dev'), undefined);
    assert.equal(found('/repos/shop/dev/web', '/elsewhere'), 'dev/web');
  });

  it('belongs to a repository by a folder in it', () => {
    assert.equal(isInside(web, '/repos/shop'), true);
    assert.equal(isInside(web, '/repos/shop/..dev'), true);
    for (const folder of ['/repos', '/repos/shop2', '/']) assert.equal(isInside(web, folder), false, folder);
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

describe('a failure in the editor', () => {
  const withHint = (code: string, hint: string) => errorText(new EngineError(code, 'it failed', { hint }));

  it('says what to do there, and not which option of the command line to pass', () => {
    const text = withHint('aws.no-credentials', 'log in, or pass --profile');
    assert.match(text, /^it failed: log in .* the setting gitmoxi\.profile$/);
  });

  it('says what the engine says to do where that holds in the editor too, and what it is at least', () => {
    assert.equal(withHint('aws.throttled', 'try again later'), 'it failed: try again later');
    assert.equal(errorText(new TypeError('it failed')), 'it failed');
    assert.equal(errorText('it failed'), 'it failed');
  });
});

describe('text from outside on the timeline', () => {
  it('is no markup', () => {
    assert.equal(escaped('<img src="x" onerror=\'y\'>&'), '&#60;img src=&#34;x&#34; onerror=&#39;y&#39;&#62;&#38;');
  });
});
