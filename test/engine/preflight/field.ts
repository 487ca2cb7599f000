/** A service and a function that name one of everything, a simulated AWS to look for it in, and the engine between. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type Engine, openStore, type PlanReport, type Problem } from '../../../engine/index.ts';
import { readScenario, type Sandbox, startSandbox, VirtualClock } from '../../../sandbox/index.ts';
import { type TestRepository, testRepository } from '../git/testRepository.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';
export const CLIENT = { region: REGION, credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'x' } };

export const group = (name: string) =>
  `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}:targetgroup/${name}/0123456789abcdef`;
export const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:database-AbCdEf`;
export const IMAGE = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/shop/web:1`;
export const LAYER = `arn:aws:lambda:${REGION}:${ACCOUNT}:layer:tools:3`;

export const SERVICE = {
  cluster: 'prod',
  serviceName: 'web',
  desiredCount: 2,
  capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
  loadBalancers: [{ targetGroupArn: group('web'), containerName: 'web', containerPort: 8080 }],
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'], securityGroups: ['sg-web'] } },
};

export const TASK = {
  family: 'web',
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  taskRoleArn: role('web-task'),
  executionRoleArn: role('web-execution'),
  containerDefinitions: [
    {
      name: 'web',
      image: IMAGE,
      portMappings: [{ containerPort: 8080 }],
      secrets: [
        { name: 'DATABASE', valueFrom: `${SECRET}:password::` },
        { name: 'TOKEN', valueFrom: '/shop/token' },
      ],
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': '/shop/web', 'awslogs-region': REGION, 'awslogs-stream-prefix': 'web' },
      },
    },
  ],
};

export const DEPLOYMENT = {
  environment: { region: REGION },
  alarms: { alarmNames: ['errors'] },
  stabilityCheck: { timeout: 600, pollInterval: 10 },
};

export const FUNCTION = {
  FunctionName: 'resize',
  Role: role('resize'),
  Runtime: 'nodejs22.x',
  Handler: 'index.handler',
  Code: { S3Bucket: 'artifacts', S3Key: 'resize/1.zip' },
  Layers: [LAYER],
  VpcConfig: { SubnetIds: ['subnet-a'], SecurityGroupIds: ['sg-web'] },
};

export const FUNCTION_DEPLOYMENT = {
  alias: 'live',
  environment: { region: REGION },
  alarms: { alarmNames: ['errors'] },
};

type Members = Readonly<Record<string, unknown>>;

export const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The service's files, with members of them replaced. */
export const webFiles = (
  changes: { service?: Members; task?: Members; deployment?: Members } = {},
): Record<string, string> => ({
  'dev/web_svcdef.json': text({ ...SERVICE, ...changes.service }),
  'dev/web_taskdef.json': text({ ...TASK, ...changes.task }),
  'dev/web_depdef.json': text({ ...DEPLOYMENT, ...changes.deployment }),
});

export const resizeFiles = (changes: { function?: Members; deployment?: Members } = {}): Record<string, string> => ({
  'dev/resize_lambdadef.json': text({ ...FUNCTION, ...changes.function }),
  'dev/resize_lambdadepdef.json': text({ ...FUNCTION_DEPLOYMENT, ...changes.deployment }),
});

/** One of everything that the files name. */
export const GIVEN = {
  clusters: ['prod'],
  alarms: [{ name: 'errors', state: 'OK' }],
  targetGroups: [{ arn: group('web'), loadBalancer: 'shop' }],
  subnets: [{ id: 'subnet-a' }, { id: 'subnet-b' }],
  securityGroups: [{ id: 'sg-web' }],
  iamRoles: [{ name: role('web-task') }, { name: role('web-execution') }, { name: role('resize') }],
  images: [IMAGE],
  layers: [LAYER],
  objects: ['artifacts/resize/*'],
};

export interface Found extends Problem {
  /** What the problem points at, in the source. */
  readonly at: string;
}

export class Field implements AsyncDisposable {
  readonly repository: TestRepository = testRepository();
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly engine: Engine;
  #files: Record<string, string> = {};
  #scenario: { given: object; rules: readonly object[] };

  private constructor(clock: VirtualClock, sandbox: Sandbox, scenario: { given: object; rules: readonly object[] }) {
    this.clock = clock;
    this.sandbox = sandbox;
    this.#scenario = scenario;
    this.engine = createEngine({
      clock: this.clock,
      endpoint: this.sandbox.endpoint,
      credentials: CLIENT.credentials,
      store: () => openStore(join(this.repository.root, '.git', 'store.db')),
      owner: { id: 'test', host: 'test', pid: process.pid },
    });
  }

  /** @param given instead of what there is of a kind */
  static async open(given: object = {}, rules: readonly object[] = []): Promise<Field> {
    const scenario = { given: { ...GIVEN, ...given }, rules };
    const clock = new VirtualClock();
    const sandbox = await startSandbox({ clock, throttling: false, scenario: readScenario(scenario, 'test') });
    return new Field(clock, sandbox, scenario);
  }

  /** What goes wrong from now on. */
  rules(...rules: object[]): void {
    this.sandbox.setScenario(readScenario({ ...this.#scenario, rules }, 'test'));
  }

  /** What there is from now on, instead of what there was of a kind. */
  given(given: object): void {
    this.#scenario = { ...this.#scenario, given: { ...this.#scenario.given, ...given } };
    this.rules();
  }

  commit(files: Record<string, string>): void {
    this.#files = { ...this.#files, ...files };
    this.repository.commit(files);
  }

  plan(skips?: readonly string[]): Promise<PlanReport> {
    const asked = skips === undefined ? {} : { skips };
    return this.clock.run(this.engine.plan({ repo: this.repository.root, preflight: 'all', ...asked }));
  }

  /** The one workload's plan, with what was found before it. */
  async looked(skips?: readonly string[]): Promise<{ action: string; reason: string; found: readonly Found[] }> {
    const { workloads } = await this.plan(skips);
    const [plan] = workloads;
    const found = plan?.problems.filter(({ code }) => code.startsWith('preflight.')) ?? [];
    for (const { message, hint = '' } of found) {
      assert.match(message, /^[^A-Z].*[^.]$/s, 'the house style');
      assert.match(hint, /\w+ \w+/, 'it says what to do');
    }
    return {
      action: plan?.action ?? 'none',
      reason: plan?.reason ?? '',
      found: found.map((problem) => ({ ...problem, at: this.#textAt(problem) })),
    };
  }

  /** Plans and rolls out. @returns how each rollout ended, and what AWS was asked to change */
  async deploy(skips?: readonly string[]) {
    const before = this.sandbox.calls.length;
    const plan = await this.plan(skips);
    const { rollouts } = await this.roll(plan);
    return { rollouts, changes: this.sandbox.calls.slice(before).filter(({ mutating }) => mutating) };
  }

  roll(plan: PlanReport) {
    return this.clock.run(this.engine.deploy(plan, { signal: new AbortController().signal, onEvent: () => {} }));
  }

  #textAt({ path, line, column, endLine, endColumn }: Problem): string {
    const lines = (this.#files[path] ?? '').split('\n').slice(line - 1, endLine);
    if (lines.length === 0) return '';
    lines[lines.length - 1] = lines.at(-1)!.slice(0, endColumn - 1);
    lines[0] = lines[0]!.slice(column - 1);
    return lines.join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
    await this.sandbox.stop();
    rmSync(this.repository.root, { recursive: true, force: true });
  }
}
