import assert from 'node:assert/strict';
import type { Problem } from '../../engine/index.ts';
import { cleanUp, testRepository } from './git/testRepository.ts';
import { offlineEngine } from './offlineEngine.ts';
import { ecsFiles, INPUT, lambdaFiles, SERVICE, TASK } from './workloads.ts';

type Content = Parameters<ReturnType<typeof testRepository>['commit']>[0];

async function problemsOf(files: Content): Promise<readonly Problem[]> {
  const repository = testRepository();
  repository.commit(files);
  const engine = offlineEngine();
  try {
    return (await engine.validate({ repo: repository.root })).problems;
  } finally {
    await engine.close();
  }
}

/** One finding, as `path:line:column severity code`, with every word of the message and the hint that must be there. */
async function checkFinding(files: Content, place: string, ...words: RegExp[]): Promise<void> {
  const problems = await problemsOf(files);
  const found = problems.map(
    (problem) => `${problem.path}:${problem.line}:${problem.column} ${problem.severity} ${problem.code}`,
  );
  assert.deepEqual(found, [place], JSON.stringify(problems, null, 2));
  const { message, hint } = problems[0]!;
  for (const word of words) assert.match(`${message}\n${hint}`, word);
  assert.ok(hint, 'says what to do');
}

const input = (changes: object) => ({ 'dev/web_input.json': { ...INPUT, ...changes } });

describe('findings', () => {
  afterEach(cleanUp);

  it('are none for good workloads', async () => {
    assert.deepEqual(await problemsOf({ ...ecsFiles(), ...lambdaFiles() }), []);
  });

  it('tell where the rendered text is not JSON', () =>
    checkFinding(
      ecsFiles({ 'dev/web_svcdef.json': SERVICE.replace('{{ subnets | tojson }}', '{{ subnets }}') }),
      'dev/web_svcdef.json:6:68 error json.syntax',
      /not JSON/,
      /tojson/,
    ));

  it('tell a mistake in the JSON itself', () =>
    checkFinding(
      ecsFiles({ 'dev/web_svcdef.json': SERVICE.replace('"web",', '"web"') }),
      'dev/web_svcdef.json:4:3 error json.syntax',
      /comma/,
    ));

  it('tell an undefined name, and what was meant', () =>
    checkFinding(
      ecsFiles({ 'dev/web_svcdef.json': SERVICE.replace('cluster_name', 'cluster_nmae') }),
      'dev/web_svcdef.json:2:18 error template.undefined-name',
      /cluster_nmae/,
      /cluster_name/,
    ));

  it('tell a referenced file that is missing, once, where it is named', () =>
    checkFinding(
      ecsFiles({ 'terraform/output.json': null }),
      'dev/web_input.json:4:7 error file.missing',
      /terraform\/output\.json/,
    ));

  it('tell a missing input file', () =>
    checkFinding(
      ecsFiles({ 'dev/web_input.json': null }),
      'dev/web_svcdef.json:2:18 error workload.no-input',
      /web_input\.json/,
    ));

  for (const [what, path] of [
    ['leaves the repository', '../../etc/passwd'],
    ['is absolute', '/etc/passwd'],
    ['is absolute on Windows', 'C:\\secrets.json'],
  ] as const) {
    it(`tell a reference that ${what}`, async () => {
      const problems = await problemsOf(ecsFiles(input({ ref: { file: [path], type: 'TERRAFORM' } })));
      assert.equal(problems.length, 1, JSON.stringify(problems));
      assert.deepEqual(
        [problems[0]?.path, problems[0]?.line, problems[0]?.severity],
        ['dev/web_input.json', 4, 'error'],
      );
      assert.ok(problems[0]?.hint);
    });
  }

  it('tell a symbolic link that leaves the repository', async () => {
    const problems = await problemsOf({
      ...ecsFiles({ 'terraform/output.json': null }),
      'terraform/output.json': { link: '/etc/passwd' },
    });
    assert.equal(problems.length, 1, JSON.stringify(problems));
    assert.match(problems[0]!.message, /link/);
    assert.deepEqual([problems[0]?.path, problems[0]?.line], ['dev/web_input.json', 4]);
  });

  it('tell an unknown key, and what was meant', () =>
    checkFinding(
      ecsFiles({ 'dev/web_svcdef.json': SERVICE.replace('"desiredCount"', '"desiredCuont"') }),
      'dev/web_svcdef.json:4:3 error schema.unknown-key',
      /desiredCuont/,
      /desiredCount/,
    ));

  it('tell a wrong type, and how to write it', () =>
    checkFinding(
      ecsFiles({ 'dev/web_taskdef.json': TASK.replace('"cpu": "256"', '"cpu": 256') }),
      'dev/web_taskdef.json:5:10 error schema.wrong-type',
      /"256"/,
    ));

  it('tell a wrong type at the expression that gave it', () =>
    checkFinding(
      ecsFiles(input({ count: 1.5 })),
      'dev/web_svcdef.json:4:22 error schema.wrong-type',
      /1\.5|whole|integer/,
    ));

  for (const [name, value] of [
    ['a negative', -5],
    ['a zero', 0],
  ] as const) {
    it(`tell ${name} number where it makes no sense`, () =>
      checkFinding(
        ecsFiles({
          'dev/web_depdef.json': { environment: { region: 'eu-west-1' }, stabilityCheck: { timeout: value } },
        }),
        'dev/web_depdef.json:6:16 error schema.out-of-range',
        new RegExp(String(value)),
      ));
  }

  it('tell that there is no task definition', () =>
    checkFinding(
      ecsFiles({ 'dev/web_taskdef.json': null }),
      'dev/web_svcdef.json:1:1 error workload.no-task-definition',
      /web_taskdef\.json/,
    ));

  it('tell a missing alias', () =>
    checkFinding(
      lambdaFiles({ 'dev/resize_lambdadepdef.json': { environment: { region: 'eu-west-1' } } }),
      'dev/resize_lambdadepdef.json:1:1 error schema.missing-key',
      /alias/,
    ));

  it('tell that nothing names the alias at all', () =>
    checkFinding(
      lambdaFiles({ 'dev/resize_lambdadepdef.json': null }),
      'dev/resize_lambdadef.json:1:1 error workload.no-alias',
      /alias/,
    ));

  it('tell files that belong to no definition', () =>
    checkFinding(
      { 'dev/web_depdef.json': '{}\n' },
      'dev/web_depdef.json:1:1 error workload.no-definition',
      /web_svcdef\.json/,
    ));

  it('tell an old spelling, and the right one', () =>
    checkFinding(
      ecsFiles({ 'dev/web_depdef.json': { environment: { region: 'eu-west-1' }, trafficShift: { type: 'CANARY' } } }),
      'dev/web_depdef.json:5:3 error schema.old-spelling',
      /trafficShiftingConfig/,
    ));

  it('tell rendered text that is nested beyond all measure', () =>
    checkFinding(
      ecsFiles({ 'dev/web_depdef.json': '['.repeat(10_000) }),
      'dev/web_depdef.json:1:201 error json.too-deep',
      /200 levels/,
    ));

  it('stop at a hundred for a file, however much is wrong with it', async () => {
    const problems = await problemsOf(ecsFiles({ 'dev/web_depdef.json': '{{ % }}'.repeat(20_000) }));
    assert.ok(problems.length >= 100 && problems.length < 110, String(problems.length));
  });

  it('never quote a secret', async () => {
    const problems = await problemsOf(
      ecsFiles({
        'dev/web_taskdef.json': TASK.replace(
          '"cpu": "256"',
          '"cpu": {{ database_url | length }}, "memry": "{{ database_url }}"',
        ),
      }),
    );
    assert.ok(problems.length > 0);
    assert.doesNotMatch(JSON.stringify(problems), /hunter2/);
  });
});
