import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineSession, type Place } from '../../client/engine/session.ts';
import { cleanUp, testRepository } from '../engine/git/testRepository.ts';
import { ecsFiles } from '../engine/workloads.ts';

describe("the window's engine", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitmoxi-session-'));
  });

  afterEach(async () => {
    await cleanUp();
    rmSync(folder, { recursive: true, force: true });
  });

  const place = (name: string): Place => ({
    store: join(folder, name),
    region: 'eu-west-1',
    profile: '',
    endpoint: '',
    accounts: {},
  });

  it('is one while the settings stay, and another when they lead elsewhere', async () => {
    let name = 'a.db';
    const session = new EngineSession({ place: () => place(name), leaving: async () => {} });
    const first = await session.open();
    assert.equal(await session.open(), first);
    name = 'b.db';
    assert.notEqual(await session.open(), first);
    await session.close();
  });

  it('lets go of what runs on an engine before it is closed, and answers what was asked', async () => {
    let name = 'a.db';
    const left: string[] = [];
    const session = new EngineSession({
      place: () => place(name),
      leaving: async () => {
        left.push(name);
      },
    });
    const repository = testRepository();
    repository.commit(ecsFiles());
    const { engine } = await session.open();
    const asked = engine.plan({ repo: repository.root, offline: true, all: true });
    name = 'b.db';
    await session.open();
    assert.deepEqual(left, ['b.db']);
    assert.equal((await asked).workloads.length, 1);
    await session.close();
    assert.equal(left.length, 2);
  });

  it('is tried again where it could not be opened', async () => {
    let isBroken = true;
    const broken = { ...place('a.db'), accounts: { wrong: 7 } } as unknown as Place;
    const session = new EngineSession({ place: () => (isBroken ? broken : place('a.db')), leaving: async () => {} });
    await assert.rejects(session.open());
    isBroken = false;
    await session.open();
    await session.close();
  });
});
