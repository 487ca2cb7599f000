import assert from 'node:assert/strict';
import { SeenCommits, type Standing } from '../../client/seenCommits.ts';

const at = (branch: string | undefined, commit: string | undefined, from: Standing['from'] = 'local'): Standing => ({
  from,
  branch,
  commit,
});

describe('the commits that were seen', () => {
  it('tell a new commit of a branch from where it stood at first', () => {
    const seen = new SeenCommits();
    assert.equal(seen.moved('/shop', at('main', 'a')), undefined);
    assert.equal(seen.moved('/shop', at('main', 'a')), undefined);
    assert.deepEqual(seen.moved('/shop', at('main', 'b')), { branch: 'main', commit: 'b', before: 'a', isOld: false });
    assert.equal(seen.moved('/shop', at('main', 'b')), undefined);
  });

  it('take the check-out of another branch for no news, and nor is coming back', () => {
    const seen = new SeenCommits();
    seen.moved('/shop', at('main', 'a'));
    assert.equal(seen.moved('/shop', at('topic', 'x')), undefined);
    assert.equal(seen.moved('/shop', at('topic', 'y'))?.branch, 'topic');
    assert.equal(seen.moved('/shop', at('main', 'a')), undefined);
    assert.equal(seen.moved('/shop', at('main', 'c'))?.before, 'a');
  });

  it('wait while the head is detached: a rebased branch is news once', () => {
    const seen = new SeenCommits();
    seen.moved('/shop', at('main', 'a'));
    assert.equal(seen.moved('/shop', at(undefined, 'p')), undefined);
    assert.equal(seen.moved('/shop', at(undefined, 'q')), undefined);
    assert.equal(seen.moved('/shop', at('main', 'q'))?.commit, 'q');
  });

  it('have news of the first commit of a repository, but not where an upstream branch is first known', () => {
    const seen = new SeenCommits();
    assert.equal(seen.moved('/shop', at('main', undefined)), undefined);
    assert.equal(seen.moved('/shop', at('main', 'a'))?.before, '');
    assert.equal(seen.moved('/shop', at('main', undefined, 'remote')), undefined);
    assert.equal(seen.moved('/shop', at('main', 'r', 'remote')), undefined);
    assert.equal(seen.moved('/shop', at('main', 's', 'remote'))?.before, 'r');
  });

  it('keep what is local and what is remote apart, and one repository from the other', () => {
    const seen = new SeenCommits();
    seen.moved('/shop', at('main', 'a'));
    assert.equal(seen.moved('/shop', at('main', 'b', 'remote')), undefined);
    assert.equal(seen.moved('/other', at('main', 'c')), undefined);
  });

  it('know from one opening to the next what came meanwhile', () => {
    const before = new SeenCommits();
    before.moved('/shop', at('main', 'a'));
    const after = new SeenCommits(JSON.parse(JSON.stringify(before.kept)));
    assert.deepEqual(after.moved('/shop', at('main', 'b')), { branch: 'main', commit: 'b', before: 'a', isOld: true });
    assert.equal(after.moved('/shop', at('main', 'c'))?.isOld, false);
  });

  it('say whether a commit is still the newest', () => {
    const seen = new SeenCommits();
    seen.moved('/shop', at('main', 'a'));
    const news = seen.moved('/shop', at('main', 'b'))!;
    assert.equal(seen.isNewest('/shop', 'local', news), true);
    seen.moved('/shop', at('main', 'c'));
    assert.equal(seen.isNewest('/shop', 'local', news), false);
  });

  it('bear what was kept by somebody else, and forget branches nobody looks at', () => {
    for (const kept of [null, 3, 'x', [], { '/shop': 3 }, { '/shop': { 'local main': {} } }, { __proto__: null }]) {
      assert.equal(new SeenCommits(kept).moved('/shop', at('main', 'a')), undefined);
    }
    const seen = new SeenCommits();
    seen.moved('/shop', at('__proto__', 'a'));
    assert.equal(seen.moved('/shop', at('__proto__', 'b'))?.before, 'a');
    for (let i = 0; i < 200; i++) seen.moved('/shop', at(`branch-${i}`, 'a'));
    assert.equal(Object.keys(seen.kept['/shop']!).length, 50);
  });
});
