/**
 * `npm run demo`: makes a Git repository from a folder, starts a simulated AWS with a fast clock, and deploys commit
 * after commit to it. Everything shown comes from the engine; nothing outside the temporary folder is touched.
 *
 *     npm run demo                    plays examples/shop
 *     npm run demo -- --from DIR      plays another folder (examples/README.md says what it may hold)
 */
import { mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { EngineError } from '../engine/index.ts';
import { parseScenario, type Scenario, speedClock, startSandbox } from '../sandbox/index.ts';
import { needsOf, sandboxAccess, withNeeds } from '../session/index.ts';
import { readSteps } from './demo/folder.ts';
import { play } from './demo/play.ts';
import { makeRepository } from './demo/repository.ts';
import { reportError } from './errors.ts';
import { EXIT, type ExitStatus } from './exitStatus.ts';
import { type Context, createContext, whereOf, withEngine } from './session/context.ts';
import type { Globals } from './session/globals.ts';
import { duration } from './terminal/time.ts';

const NOTHING_WRONG = '{ "rules": [] }';

/** Seconds of the simulated AWS per real second. */
const SPEED = 60;

const checkout = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLE = join(checkout, 'examples', 'shop');

/** Files of this checkout's examples keep their place, since their references start at its root. */
function placeOf(folder: string): string {
  const place = relative(checkout, folder).replaceAll('\\', '/');
  return /^examples(\/|$)/.test(place) ? place : '';
}

async function scenarioIn(folder: string): Promise<Scenario> {
  const path = join(folder, 'scenario.json');
  return parseScenario(await readFile(path, 'utf8').catch(() => NOTHING_WRONG), path);
}

/** Keeps the demo away from the person's own AWS: only the sandbox knows these keys. */
function useAccount(account: string): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  process.env['AWS_ACCESS_KEY_ID'] = account;
  process.env['AWS_SECRET_ACCESS_KEY'] = 'sandbox';
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
}

/** Nobody is asked, and a Ctrl-C ends the demo: its AWS ends with it. */
function demoContext(globals: Pick<Globals, 'repo' | 'store' | 'endpointUrl' | 'account'>): Context {
  const context = createContext({ ...globals, region: 'us-east-1', logLevel: 'info' });
  return { ...context, out: { ...context.out, canAsk: false } };
}

async function demo(folder: string, temporary: string): Promise<ExitStatus> {
  const startedAt = performance.now();
  const steps = await readSteps(folder);
  const scenario = await scenarioIn(folder);
  const repo = join(temporary, 'repository');
  const store = join(temporary, 'store.db');
  const commits = await makeRepository(repo, placeOf(folder), steps);
  const offline = demoContext({ repo, store });
  const { accounts, given } = await withEngine(offline, async ({ engine }) =>
    needsOf(await Promise.all(commits.map((revision) => engine.render({ ...whereOf(offline), revision })))),
  );
  const [own = '123456789012', ...others] = accounts;
  useAccount(own);
  await using sandbox = await startedSandbox({ ...scenario, given: withNeeds(scenario.given, given) });
  const account = Object.entries(sandboxAccess(others)).map(([id, access]) => `${id}=${access}`);
  const context = demoContext({ repo, store, endpointUrl: [sandbox.endpoint], account });
  const { out } = context;
  out.print(
    `${steps.length} commits from ${folder}, on a simulated AWS at ${sandbox.endpoint}`,
    `whose clock runs ${SPEED} times as fast; times below are of that clock`,
  );
  const { wrong, leftOut, status } = await withEngine(context, (session) =>
    play(context, session, steps, commits, () => sandbox.traffic),
  );
  const { color, symbols } = out.style;
  if (leftOut.length > 0) {
    out.print('', color.bold('left out, because this version does not deploy it yet'));
    out.print(...leftOut.map((text) => `  ${symbols.info} ${text}`));
  }
  const changes = sandbox.calls.filter((call) => call.mutating).length;
  out.print(
    '',
    `${sandbox.calls.length} calls to AWS, ${changes} of which changed something, in ${duration(performance.now() - startedAt)}`,
  );
  if (wrong.length > 0) out.print('', ...wrong.map((text) => `${color.red(symbols.failed)} ${text}`));
  if (status === EXIT.done) out.print(...next(color.bold));
  return status;
}

async function startedSandbox(scenario: Scenario) {
  const sandbox = await startSandbox({ clock: speedClock(SPEED), scenario });
  return Object.assign(sandbox, { [Symbol.asyncDispose]: () => sandbox.stop() });
}

const next = (bold: (text: string) => string): string[] => [
  '',
  bold('try next'),
  '  npx gitmoxi validate examples       look for mistakes in the example; then make one',
  '  npx gitmoxi sandbox --port 4600 --clock 60x --scenario examples/shop/scenario.json',
  '                                      the same simulated AWS, for yourself; in another terminal:',
  '  npx gitmoxi deploy examples/shop --endpoint-url http://127.0.0.1:4600',
];

const program = new Command('demo')
  .description('Plays commits of a folder on a simulated AWS.')
  .option('--from <dir>', 'the folder to play', EXAMPLE)
  .configureOutput({ outputError: () => {} })
  .exitOverride();

async function main(): Promise<ExitStatus> {
  program.parse(process.argv);
  const { from } = program.opts<{ from: string }>();
  const folder = await realpath(resolve(from)).catch(() => undefined);
  if (folder === undefined || !(await stat(folder)).isDirectory()) {
    throw new EngineError('demo.no-folder', `no such folder: ${from}`, {
      kind: 'usage',
      hint: 'give a folder of config files to --from',
    });
  }
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'gitmoxi-demo-')));
  try {
    return await demo(folder, temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
}

process.exitCode = await main().catch((error) => reportError(error, { json: false, debug: false }));
