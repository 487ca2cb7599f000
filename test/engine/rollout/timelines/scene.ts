/**
 * A scene: one rollout played on the stage, and told as a story of virtual time, phase, event and message. Ids, which
 * say nothing, are replaced by names in the order in which they turn up.
 */
import { DescribeServicesCommand, DescribeTaskSetsCommand } from '@aws-sdk/client-ecs';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import type { RolloutEvent, RolloutRecord } from '../../../../engine/rollout/index.ts';
import { balanced } from '../balanced.ts';
import { type Files, Stage } from '../stage.ts';

export type Balanced = Awaited<ReturnType<typeof balanced>>;

/** Something that happens once, when the rollout has come so far. */
export interface Meanwhile {
  readonly when: (record: RolloutRecord) => boolean;
  readonly happens: (record: RolloutRecord) => unknown;
}

export interface Story {
  /** Strategy and kind: the golden file's place under fixtures/timelines. */
  readonly file: string;
  /** One sentence: what happens. */
  readonly title: string;
  readonly scenario?: object;
  /** Made at first. @default prod, with no capacity providers */
  readonly clusters?: readonly string[];
  play(scene: Scene): Promise<void>;
}

export class Scene {
  readonly stage: Stage;
  #balanced: Balanced | undefined;
  #told:
    | { readonly files: Files; readonly record: RolloutRecord; readonly events: readonly RolloutEvent[] }
    | undefined;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  /** A load balancer with the target groups blue and green. */
  async balanced(): Promise<Balanced> {
    this.#balanced ??= await balanced(this.stage);
    return this.#balanced;
  }

  /** What was rolled out before the story begins. */
  async given(path: string, files: Files): Promise<void> {
    const { rollouts } = await this.stage.deploy(path, files);
    if (rollouts[0]?.phase !== 'succeeded')
      throw new Error(`the story cannot begin:\n${this.stage.story().join('\n')}`);
    this.stage.events.length = 0;
  }

  /** The rollout that is told. */
  async tell(path: string, files: Files | undefined, meanwhile?: Meanwhile, before?: Files): Promise<void> {
    let happened: unknown;
    const onRecord = (record: RolloutRecord) => {
      if (meanwhile !== undefined && happened === undefined && meanwhile.when(record))
        happened = Promise.resolve(meanwhile.happens(record));
    };
    const { rollouts } = await this.stage.deploy(path, files, before, { onRecord });
    await happened;
    if (meanwhile !== undefined && happened === undefined) throw new Error('the story never came to its turn');
    const { record } = (await this.stage.store.load(rollouts[0]!.rollout!))!;
    this.#told = { files: files ?? before!, record, events: [...this.stage.events] };
  }

  /** The story as text: its head, its events, how it ended, and what AWS then had. */
  async text(title: string): Promise<string> {
    const { files, record, events } = this.#told!;
    const names = new Names();
    const start = record.startedAt;
    const rows = events.map(({ time, phase, code, message }) => [minutes(time - start), phase, code, message]);
    const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
    const lines = rows.map(([time, phase, code, message]) =>
      [time!.padStart(widths[0]!), phase!.padEnd(widths[1]!), code!.padEnd(widths[2]!), message].join('  '),
    );
    const { failure } = record;
    const end = [
      `${record.phase} after ${minutes((record.endedAt ?? start) - start)}`,
      ...(failure?.evidence ?? []).map((text) => `  evidence: ${text}`),
      ...(failure?.cause === undefined ? [] : [`  why: ${failure.cause}`]),
      ...(failure ? [`  next: ${failure.next}`] : []),
      ...(await this.#world(files)).map((text) => `  in AWS: ${text}`),
    ];
    const head = [title, `${record.workload} by ${record.strategy}`];
    return `${names.replaceIn([...head, '', ...lines, '', ...end].join('\n'))}\n`;
  }

  close(): void {
    this.#balanced?.elb.destroy();
  }

  /** What the world looks like when it is over, in AWS's own answers. */
  #world(files: Files): Promise<string[]> {
    return files['function'] ? functionsOf(this.stage) : this.#services();
  }

  async #services(): Promise<string[]> {
    const { services = [] } = await this.stage.ecs.send(
      new DescribeServicesCommand({ cluster: 'prod', services: ['web'] }),
    );
    const service = services.find(({ status }) => status !== 'INACTIVE');
    if (service === undefined) return ['no service web'];
    const running = (arn: string | undefined, count: number | undefined) =>
      `${count} tasks run ${arn?.replace(/.*\//, '')}`;
    const lines =
      service.deploymentController?.type === 'EXTERNAL'
        ? (await this.stage.ecs.send(new DescribeTaskSetsCommand({ cluster: 'prod', service: 'web' }))).taskSets?.map(
            (set) => `${set.status} task set: ${running(set.taskDefinition, set.runningCount)}`,
          )
        : service.deployments?.map(
            (one) => `${one.status} deployment: ${running(one.taskDefinition, one.runningCount)}`,
          );
    const weights = await this.#balanced?.weights();
    const shares = Object.entries(weights ?? {}).map(([name, weight]) => `${name} has weight ${weight}`);
    return [...(lines ?? []), ...(shares.length > 0 ? [shares.sort().join(', ')] : [])];
  }
}

async function functionsOf({ lambda }: Stage): Promise<string[]> {
  const FunctionName = 'resize';
  const latest = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName })).catch(() => undefined);
  if (latest === undefined) return ['no function resize'];
  const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  const alias = await lambda.send(new GetAliasCommand({ FunctionName, Name: 'live' })).catch(() => undefined);
  const shares = Object.entries(alias?.RoutingConfig?.AdditionalVersionWeights ?? {}).map(
    ([version, share]) => `, ${version} for ${share * 100} %`,
  );
  return [
    alias === undefined
      ? 'no alias live'
      : `the alias live points to version ${alias.FunctionVersion}${shares.join('')}`,
    `versions: ${Versions.map(({ Version }) => Version).join(', ')}`,
  ];
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** What is made anew with each change of the sandbox's dice, by a name that stays. */
class Names {
  readonly #known = new Map<string, string>();

  replaceIn(text: string): string {
    return text
      .replace(/arn:aws:elasticloadbalancing:[^\s)]*targetgroup\/(\w+)\/\w+/g, 'targetgroup/$1')
      .replace(/arn:aws:ecs:[^\s)]*\//g, '')
      .replace(/(?<=ecs-svc\/)\d+/g, (id) => this.#name('', id))
      .replace(/\bro-[0-9a-z]+-[0-9a-f]+\b/g, (id) => this.#name('rollout ', id))
      .replace(/(?<=ecs-pause-)[\w-]+/g, (id) => this.#name('', id))
      .replace(/\b[0-9a-f]{32}\b/g, (id) => this.#name('t', id));
  }

  #name(prefix: string, id: string): string {
    const number =
      [...this.#known.values()].filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
        .length + 1;
    const name = this.#known.get(id) ?? `${prefix}${number}`;
    this.#known.set(id, name);
    return name;
  }
}

/** Plays a story from an empty account. */
export async function told({ title, scenario, clusters, play }: Story): Promise<string> {
  await using stage = await Stage.open({
    ...(scenario === undefined ? {} : { scenario }),
    ...(clusters === undefined ? {} : { clusters }),
  });
  const scene = new Scene(stage);
  await play(scene);
  const text = await scene.text(title);
  scene.close();
  return text;
}
