/**
 * How long `plan --preflight` takes against an AWS that answers each call after 120 ms, at AWS's published rates:
 *
 *     node bench/preflight.ts [count...]      services that name one of everything, by default 1, 20 and 200
 *
 * Prints a line of JSON for each: seconds of the whole command beside those of a plan without preflight, and calls.
 * Subnets, security groups and the execution role are shared; task role, image, secret, parameter and log group are
 * each service's own.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '..');
const CLI = join(ROOT, 'cli', 'bin.js');

/** A call to AWS from the same continent, seconds. */
const LATENCY_SECONDS = 0.12;

const ACCOUNT = '123456789012';
const REGION = 'eu-west-1';
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

function filesOf(i: number): Record<string, object> {
  const name = `web-${i}`;
  const network = { subnets: ['subnet-a', 'subnet-b', 'subnet-c'], securityGroups: ['sg-web'] };
  const options = { 'awslogs-group': `/shop/${name}`, 'awslogs-region': REGION, 'awslogs-stream-prefix': 'web' };
  const secret = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`;
  const container = {
    name: 'web',
    image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop/${name}:1`,
    portMappings: [{ containerPort: 8080 }],
    secrets: [
      { name: 'DATABASE', valueFrom: secret },
      { name: 'TOKEN', valueFrom: `/shop/${name}/token` },
    ],
    logConfiguration: { logDriver: 'awslogs', options },
  };
  return {
    svcdef: {
      cluster: 'prod',
      serviceName: name,
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: network },
    },
    taskdef: {
      family: name,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      taskRoleArn: role(name),
      executionRoleArn: role('execution'),
      containerDefinitions: [container],
    },
    depdef: { environment: { account: ACCOUNT, region: REGION }, alarms: { alarmNames: [`errors-${i % 5}`] } },
  };
}

function makeRepository(folder: string, count: number): void {
  mkdirSync(join(folder, 'prod'), { recursive: true });
  for (let i = 0; i < count; i++) {
    for (const [suffix, content] of Object.entries(filesOf(i)))
      writeFileSync(join(folder, 'prod', `web-${i}_${suffix}.json`), JSON.stringify(content, null, 2));
  }
  const git = (...words: string[]) => execFileSync('git', words, { cwd: folder, stdio: 'pipe' });
  git('init', '--quiet');
  git('add', '--all');
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message', 'all');
}

/** A sandbox in a process of its own, as AWS is. */
async function startAws(folder: string) {
  const scenario = join(folder, 'scenario.json');
  const alarms = Array.from({ length: 5 }, (_, i) => ({ name: `errors-${i}`, state: 'OK' }));
  // As text: an object with a member of this name could be taken for a promise.
  const rules = `[{ "when": { "operation": "*" }, "then": { "delaySeconds": ${LATENCY_SECONDS} } }]`;
  writeFileSync(scenario, `{ "given": ${JSON.stringify({ clusters: ['prod'], alarms })}, "rules": ${rules} }`);
  const child = spawn(process.execPath, [CLI, 'sandbox', '--json', '--scenario', scenario], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const first = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  return { child, endpoint: (JSON.parse(first.value as string) as { endpoint: string }).endpoint };
}

async function callsOf(endpoint: string): Promise<{ operation: string; error?: string }[]> {
  const answer = await fetch(`${endpoint}/_sandbox/calls`);
  return ((await answer.json()) as { calls: { operation: string; error?: string }[] }).calls;
}

function plan(folder: string, endpoint: string, words: readonly string[]): number {
  const started = performance.now();
  const env = { ...process.env, AWS_ENDPOINT_URL: endpoint, GITMOXI_STORE: join(folder, '.git', 'store.db') };
  const { status, stderr, stdout } = spawnSync(process.execPath, [CLI, 'plan', '--json', ...words], {
    cwd: folder,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0 || stdout.includes('"preflight.')) {
    process.stderr.write(stderr + stdout.slice(0, 2000));
    process.exit(1);
  }
  return (performance.now() - started) / 1000;
}

async function measure(count: number): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'gitmoxi-preflight-'));
  const { child, endpoint } = await startAws(tmpdirOf(folder));
  try {
    makeRepository(folder, count);
    plan(folder, endpoint, []);
    const before = (await callsOf(endpoint)).length;
    const plain = plan(folder, endpoint, []);
    const between = (await callsOf(endpoint)).length;
    const preflight = plan(folder, endpoint, ['--preflight']);
    const calls = (await callsOf(endpoint)).slice(between);
    return {
      services: count,
      planSeconds: Number(plain.toFixed(2)),
      planCalls: between - before,
      preflightSeconds: Number(preflight.toFixed(2)),
      preflightCalls: calls.length,
      throttled: calls.filter(({ error }) => error?.startsWith('Throttl')).length,
    };
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
    rmSync(tmpdirOf(folder), { recursive: true, force: true });
  }
}

/** Beside the repository, so that the scenario is no file of it. */
function tmpdirOf(folder: string): string {
  const beside = `${folder}-aws`;
  mkdirSync(beside, { recursive: true });
  return beside;
}

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 20, 200];
for (const count of counts) console.log(JSON.stringify(await measure(count)));
