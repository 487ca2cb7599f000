import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { ecsFiles, lambdaFiles } from '../engine/workloads.ts';
import {
  buildCommand,
  cleanUp,
  gitmoxi,
  jsonLines,
  type Result,
  repository,
  start,
  startSandbox,
  type TestRepository,
  temporaryFolder,
} from './command.ts';

const HEALTHY = [
  'eu-west-1',
  'eu-west-2',
  'eu-central-1',
  'eu-north-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ap-southeast-1',
];
const HUNG = 'ap-south-1';
const REGIONS = [...HEALTHY, HUNG];

/** In every region a service or a function. */
function workloads(): Record<string, string> {
  const files = REGIONS.flatMap((region, i) => {
    const made =
      i % 2 === 1
        ? ecsFiles({ 'dev/web_depdef.json': { environment: { region }, stabilityCheck: { pollInterval: 5 } } })
        : lambdaFiles({ 'dev/resize_lambdadepdef.json': { alias: 'live', environment: { region } } });
    return Object.entries(made).map(([path, text]) => [path.replace(/^dev\//, `${region}/`), text]);
  });
  return Object.fromEntries(files);
}

/** A way to the sandbox that can be made to accept requests and never answer them. */
class Way {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #hangs: boolean;
  readonly #ignored = Promise.withResolvers<void>();

  private constructor(to: string, hangs: boolean) {
    this.#hangs = hangs;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const on = connect(Number(new URL(to).port), '127.0.0.1');
      this.#sockets.add(on);
      // Asked anew for each piece: what is under way when it hangs stays without an answer.
      socket.on('data', (piece) => {
        if (this.#hangs) this.#ignored.resolve();
        else on.write(piece);
      });
      on.on('data', (piece) => this.#hangs || socket.write(piece));
      for (const [one, other] of [
        [socket, on],
        [on, socket],
      ] as const) {
        one.on('error', () => {});
        one.on('close', () => other.destroy());
      }
    });
  }

  static async open(to: string, hangs: boolean): Promise<Way> {
    const way = new Way(to, hangs);
    await new Promise<void>((done) => way.#server.listen(0, '127.0.0.1', done));
    return way;
  }

  get endpoint(): string {
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return `http://127.0.0.1:${address.port}`;
  }

  /** A request was left without an answer. */
  get ignored(): Promise<void> {
    return this.#ignored.promise;
  }

  set hangs(hangs: boolean) {
    this.#hangs = hangs;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly severity: string;
}
interface Workload {
  readonly workload: string;
  readonly action: string;
  readonly reason: string;
  readonly target: { readonly region: string };
  readonly problems: readonly Problem[];
}
interface End {
  readonly workload: string;
  readonly phase: string;
  readonly reason?: string;
  readonly target: { readonly region: string };
}
interface Summary {
  readonly rollouts: readonly End[];
  readonly blocked?: readonly Workload[];
}

const ways: Way[] = [];

/** Ten regions, and the command with them; one of them is reached by a way of its own. */
async function stage(hangs: boolean) {
  const made: TestRepository = repository();
  made.commit(workloads());
  const folder = temporaryFolder();
  const scenario = join(folder, 'scenario.json');
  writeFileSync(scenario, JSON.stringify({ given: { clusters: ['prod'] } }));
  const { endpoint } = await startSandbox(scenario);
  const way = await Way.open(endpoint, hangs);
  ways.push(way);
  const env = { GITMOXI_STORE: join(folder, 'store.db'), GITMOXI_AWS_TIMEOUT: '1' };
  const options = ['--endpoint-url', endpoint, '--endpoint-url', `${HUNG}=${way.endpoint}`];
  const with_ = (words: readonly string[]) => [...words, ...options];
  return {
    way,
    run: (...words: string[]) => gitmoxi(with_(words), { cwd: made.root, env }),
    begin: (...words: string[]) => start(with_(words), { cwd: made.root, env }),
  };
}

const summaryOf = (result: Result): Summary => jsonLines<{ summary: Summary }>(result).at(-1)!.summary;

const phases = ({ rollouts }: Summary): Record<string, string> =>
  Object.fromEntries(rollouts.map(({ target, phase }) => [target.region, phase]));

const allHealthy = (phase: string): Record<string, string> =>
  Object.fromEntries(HEALTHY.map((region) => [region, phase]));

/** Reads events of a running command until something was launched in the region that is to fall silent. */
async function untilLaunched(running: ReturnType<typeof start>): Promise<void> {
  for (;;) {
    const { value, done } = await running.lines.next();
    if (done) assert.fail('it ended before anything was launched there');
    const { phase, workload } = JSON.parse(value) as { phase?: string; workload?: string };
    if (workload?.startsWith(HUNG) && phase === 'stabilizing') return;
  }
}

describe('ten regions, of which one accepts requests and never answers', function () {
  this.timeout(120_000);
  before(buildCommand);
  afterEach(async () => {
    for (const way of ways.splice(0)) way.close();
    await cleanUp();
  });

  it('are planned but for that one, which is a problem of its own workload', async () => {
    const { run } = await stage(true);
    // Where nobody says otherwise everything is asked of the region that hangs, whose credentials these are too.
    const result = await run('plan', '--json', '--region', HUNG);
    assert.equal(result.status, 3, result.stderr);
    const [plan] = jsonLines<{ workloads: Workload[] }>(result);
    const actions = plan!.workloads.map(({ target, action }) => [target.region, action]);
    assert.deepEqual(Object.fromEntries(actions), { ...allHealthy('create'), [HUNG]: 'blocked' });
    const hung = plan!.workloads.find(({ action }) => action === 'blocked');
    const problem = hung?.problems.find(({ severity }) => severity === 'error');
    assert.equal(problem?.code, 'aws.unreachable');
    assert.match(problem.message, /^AWS cannot be reached to read .*ap-south-1\): no answer within 1 s$/);
    assert.match(problem.hint ?? '', /check the network, the region/);
  });

  it('are rolled out but for that one, of which it is said that nothing was begun', async () => {
    const { run } = await stage(true);
    const result = await run('deploy', '--json', '--yes');
    assert.equal(result.status, 3, result.stderr);
    const summary = summaryOf(result);
    assert.deepEqual(phases(summary), allHealthy('succeeded'));
    assert.deepEqual(
      summary.blocked?.map(({ target, problems }) => [target.region, problems.at(-1)?.code]),
      [[HUNG, 'aws.unreachable']],
    );
    assert.match(
      result.stderr,
      /ap-south-1\/web {2}blocked, nothing was changed\n {4}AWS cannot be reached to read .*next: check the network/s,
    );
  });

  it('go on when it falls silent on the way, and it goes on once it answers', async () => {
    const { run, begin, way } = await stage(false);
    const running = begin('deploy', '--json', '--yes');
    await untilLaunched(running);
    way.hangs = true;
    const result = await running.result;
    assert.equal(result.status, 3, result.stderr);
    const summary = summaryOf(result);
    assert.deepEqual(phases(summary), { ...allHealthy('succeeded'), [HUNG]: 'unfinished' });
    const left = summary.rollouts.find(({ phase }) => phase === 'unfinished');
    assert.match(left?.reason ?? '', /^AWS cannot be reached to .*: no answer within 1 s; it stands at /);
    assert.match(result.stderr, /next: check the network, the region and --endpoint-url; then `gitmoxi resume`/);

    const status = await run('status', '--json');
    assert.equal(status.status, 0, status.stderr);
    const [entries] = jsonLines<{ target: { region: string }; phase: string; drift: string | null }[]>(status);
    assert.deepEqual(Object.fromEntries(entries!.map(({ target, drift }) => [target.region, drift])), {
      ...allHealthy('none'),
      [HUNG]: null,
    });

    const still = await run('resume', '--json');
    assert.equal(still.status, 3, still.stderr);
    assert.deepEqual(phases(summaryOf(still)), { [HUNG]: 'unfinished' });

    way.hangs = false;
    const resumed = await run('resume', '--json');
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.deepEqual(phases(summaryOf(resumed)), { [HUNG]: 'succeeded' });
  });

  it('are let go of at once, also where an answer is waited for', async () => {
    const { begin, run, way } = await stage(false);
    const running = begin('deploy', '--json', '--yes', '--aws-timeout', '60', HUNG);
    await untilLaunched(running);
    way.hangs = true;
    await way.ignored;
    const askedAt = performance.now();
    running.child.kill('SIGINT');
    const { status, stderr } = await running.result;
    assert.equal(status, 130, stderr);
    assert.ok(performance.now() - askedAt < 20_000, `${performance.now() - askedAt} ms`);
    way.hangs = false;
    assert.equal((await run('resume')).status, 0);
  });

  it('are said to be waited for while nothing is heard', async () => {
    const { run } = await stage(true);
    const { stderr } = await run('plan', '--json', '--aws-timeout', '3.5');
    assert.match(stderr, /waiting for AWS in ap-south-1 to answer \(\w+ \w+\)/);
    assert.doesNotMatch(stderr, /waiting for AWS in (?:eu|us)/);
  });
});
