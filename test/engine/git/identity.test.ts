import assert from 'node:assert/strict';
import { repositoryIdentity } from '../../../engine/git/identity.ts';

describe('identity of a repository', () => {
  for (const [remote, identity] of [
    ['https://github.com/org/repo.git', 'github.com/org/repo'],
    ['https://user:token@GitHub.com/Org/repo', 'github.com/Org/repo'],
    ['https://github.com:443/org/repo/', 'github.com/org/repo'],
    ['https://git.example.com:8443/org/repo.git/', 'git.example.com:8443/org/repo'],
    ['git@github.com:org/repo.git', 'github.com/org/repo'],
    ['github.com:org/repo.git', 'github.com/org/repo'],
    ['git@github.com:/org/repo.git', 'github.com/org/repo'],
    ['ssh://git@github.com/org/repo.git', 'github.com/org/repo'],
    ['ssh://git@github.com:2222/org/repo.git', 'github.com/org/repo'],
    ['ssh://git@ssh.example.com/~ada/repo', 'ssh.example.com/~ada/repo'],
    ['git://example.com/repo.git', 'example.com/repo'],
    ['codecommit::eu-west-1://profile@repo', 'codecommit::eu-west-1://repo'],
    ['codecommit://profile@repo', 'repo'],
    ['file:///srv/git/repo.git', '/srv/git/repo.git'],
    ['/srv/git/repo.git', '/srv/git/repo.git'],
    ['../origin', '/srv/origin'],
    ['https://[broken', '/srv/clone'],
    ['', '/srv/clone'],
    [undefined, '/srv/clone'],
  ] as const)
    it(`is ${identity} for ${remote}`, () => assert.equal(repositoryIdentity(remote, '/srv/clone'), identity));
});
