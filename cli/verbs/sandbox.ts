/** `gitmoxi sandbox`: the simulated AWS, until interrupted. */
import { readFile } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { EngineError } from '../../engine/index.ts';
import { EXIT } from '../exitStatus.ts';
import { harmless } from '../terminal/columns.ts';
import type { Output } from '../terminal/output.ts';
import { untilInterrupted } from './untilInterrupted.ts';
import type { Verb } from './verb.ts';

/** Faster than this, the answers themselves would take minutes of the sandbox's time. */
const MAX_SPEED = 10_000;

interface SandboxOptions {
  readonly port: number;
  readonly clock: number;
  readonly scenario?: string;
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('give a number from 0 to 65535');
  return port;
}

/** `real` is 1, `60x` is 60. */
function toSpeed(text: string): number {
  if (text === 'real') return 1;
  const speed = Number(/^(\d+(?:\.\d+)?)x$/i.exec(text)?.[1]);
  if (!(speed > 0 && speed <= MAX_SPEED))
    throw new InvalidArgumentError(`give \`real\`, or a speed such as 60x, up to ${MAX_SPEED}x`);
  return speed;
}

async function readScenario(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EngineError('cli.no-scenario', `the scenario cannot be read (${error.code}): ${path}`, {
      kind: 'usage',
      hint: 'give the path of a JSON file; sandbox/SPEC.md describes it',
    });
  });
}

function greet(out: Output, endpoint: string, speed: number): void {
  const { color } = out.style;
  out.print(
    `a simulated AWS listens on ${color.bold(endpoint)}${speed === 1 ? '' : `, and its clock runs ${speed} times as fast`}`,
    '',
    `  export AWS_ENDPOINT_URL=${harmless(endpoint)}`,
    '  export AWS_ACCESS_KEY_ID=123456789012 AWS_SECRET_ACCESS_KEY=sandbox',
    '  export AWS_REGION=eu-west-1',
    '',
    color.dim('The access key is the account. Everything is forgotten when it ends: Ctrl-C.'),
  );
}

export const sandboxVerb: Verb = (program, run) => {
  program
    .command('sandbox')
    .description('run a simulated AWS on this machine, until interrupted')
    .option('--port <port>', 'where to listen; 0 for any free port', toPort, 0)
    .option('--clock <speed>', '`real`, or how many times as fast: 60x', toSpeed, 1)
    .option('--scenario <file>', 'what goes wrong (see sandbox/SPEC.md)')
    .action(
      run(async ({ out }, { port, clock: speed, scenario }: SandboxOptions) => {
        const { parseScenario, speedClock, startSandbox } = await import('../../sandbox/index.ts');
        const rules = scenario === undefined ? undefined : parseScenario(await readScenario(scenario), scenario);
        const interrupted = untilInterrupted();
        const sandbox = await startSandbox({
          port,
          clock: speedClock(speed),
          ...(rules === undefined ? {} : { scenario: rules }),
        });
        if (out.json) out.machine({ endpoint: sandbox.endpoint });
        else greet(out, sandbox.endpoint, speed);
        if (!interrupted.aborted) {
          await new Promise((resolve) => interrupted.addEventListener('abort', resolve, { once: true }));
        }
        await sandbox.stop();
        return interrupted.reason === 'SIGINT' ? EXIT.interrupted : EXIT.done;
      }),
    );
};
