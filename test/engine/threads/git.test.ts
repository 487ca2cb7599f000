/** What users of other GitOps tools met between Git and what runs, thread by thread, and our end of it. */
import assert from 'node:assert/strict';
import { DescribeServicesCommand } from '@aws-sdk/client-ecs';
import type { DeployReport, PlanReport } from '../../../engine/index.ts';
import { parseScenario } from '../../../sandbox/index.ts';
import { cleanUp } from '../git/testRepository.ts';
import { Team } from '../team.ts';
import { ecsFiles, INPUT, SERVICE } from '../workloads.ts';

const WEB = 'dev/web';
const input = (image: string) => ({ 'dev/web_input.json': JSON.stringify({ ...INPUT, image }) });

/** The service `api` beside `web`, in files of its own. */
const API = Object.fromEntries(
  Object.entries(ecsFiles({ 'dev/web_svcdef.json': SERVICE.replace('"web"', '"api"') }))
    .filter(([path]) => path.startsWith('dev/'))
    .map(([path, text]) => [path.replace('dev/web', 'dev/api'), text.replace('"family": "web"', '"family": "api"')]),
);

const actions = ({ workloads }: PlanReport) => workloads.map(({ workload, action }) => [workload, action]);
const ends = ({ rollouts }: DeployReport) => rollouts.map(({ workload, phase }) => [workload, phase]);

const BROKEN = parseScenario(
  JSON.stringify({ rules: [{ when: { image: '*:broken' }, then: { pull: 'not-found' } }] }),
  'scenario.json',
);

/** What a poll does: plans what is new, and deploys it. */
const poll = async (team: Team) => team.deploy(await team.plan());

/** Deploys 1, then 2, and goes back to 1 by hand. */
async function rolledBack(team: Team) {
  const good = team.repository.commit(ecsFiles());
  await poll(team);
  team.repository.commit(input('shop/web:2'));
  await poll(team);
  const plan = await team.engine.planRollback({ repo: team.repository.root, selectors: [WEB] });
  return { good, plan, end: await team.deploy(plan) };
}

describe('a rollback under GitOps', () => {
  afterEach(cleanUp);

  it('argo-cd #9570: the next sync deployed the commit again that somebody had just rolled back', async () => {
    await using team = await Team.open();
    await rolledBack(team);
    void team.changes;
    for (let i = 0; i < 3; i++) {
      const plan = await team.plan();
      assert.deepEqual(actions(plan), [[WEB, 'blocked']]);
      assert.match(plan.workloads[0]!.reason, /held: rolled back to .*a newer commit, or --force, deploys it again/);
      assert.deepEqual((await team.deploy(plan)).rollouts, []);
    }
    // A commit that does not touch the workload lifts nothing: it is that commit's content that was bad.
    team.repository.commit({ 'README.md': 'words' });
    assert.deepEqual((await poll(team)).rollouts, []);
    assert.deepEqual(team.changes, []);
    team.repository.commit(input('shop/web:3'));
    assert.deepEqual(ends(await poll(team)), [[WEB, 'succeeded']]);
  });

  it('argo-cd #2441: it was refused as long as automatic sync was on', async () => {
    await using team = await Team.open();
    const { good, plan, end } = await rolledBack(team);
    assert.deepEqual([plan.revision, actions(plan), ends(end)], [good, [[WEB, 'update']], [[WEB, 'succeeded']]]);
  });

  it('argo-cd #18072: a revert in Git is the way on, and deploys what served before', async () => {
    await using team = await Team.open();
    await rolledBack(team);
    team.repository.git('revert', '--no-edit', 'HEAD');
    // What runs is what the reverted files say: there is nothing to do, and nothing is held any more.
    assert.deepEqual(actions(await team.plan()), [[WEB, 'unchanged']]);
  });

  it('argo-cd #11713: a bad commit stayed out there until somebody came and went back by hand', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await poll(team);
    team.sandbox.setScenario(BROKEN);
    team.repository.commit(input('shop/web:broken'));
    const report = await poll(team);
    assert.deepEqual(ends(report), [[WEB, 'rolled back']]);
    assert.match(report.rollouts[0]?.reason ?? '', /web:1 serves again/);
    const { services } = await team.ecs.send(new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }));
    assert.match(services?.[0]?.taskDefinition ?? '', /web:1$/);
    assert.equal(services?.[0]?.runningCount, 2);
  });

  it('copilot #2519, argo-rollouts #3712: going back to an earlier version meant building it again', async () => {
    await using team = await Team.open();
    const revisions: string[] = [];
    for (const image of ['shop/web:1', 'shop/web:2', 'shop/web:3']) {
      revisions.push(team.repository.commit({ ...ecsFiles(), ...input(image) }));
      await poll(team);
    }
    const { rollouts } = await team.deploy(
      await team.engine.planRollback({ repo: team.repository.root, selectors: [WEB] }),
    );
    assert.equal(rollouts[0]?.phase, 'succeeded');
    const again = await team.engine.planRollback({ repo: team.repository.root, selectors: [WEB] });
    assert.equal(again.revision, revisions[0]);
  });
});

describe('what a commit is about', () => {
  afterEach(cleanUp);

  it('argo-cd #10679: in a monorepo a commit for one service deployed the others as well', async () => {
    await using team = await Team.open();
    team.repository.commit({ ...ecsFiles(), ...API });
    await poll(team);
    void team.changes;
    team.repository.commit(input('shop/web:2'));
    assert.deepEqual(actions(await team.plan()), [[WEB, 'update']]);
    await poll(team);
    assert.deepEqual(team.changes, ['RegisterTaskDefinition', 'UpdateService']);
  });

  it('fabfuel #98: several services could not be deployed at once', async () => {
    await using team = await Team.open();
    team.repository.commit({ ...ecsFiles(), ...API });
    assert.deepEqual(ends(await poll(team)), [
      ['dev/api', 'succeeded'],
      [WEB, 'succeeded'],
    ]);
  });

  it('argo-cd #15898, ecspresso PR 895, PR 1082: it was out of sync with what AWS fills in by itself', async () => {
    await using team = await Team.open();
    team.repository.commit(ecsFiles());
    await poll(team);
    const [plan] = (await team.plan()).workloads;
    assert.deepEqual([plan?.action, plan?.differences], ['unchanged', []]);
  });
});
