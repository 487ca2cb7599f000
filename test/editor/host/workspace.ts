/** A repository to work in: the example, committed, where its references find what they name. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './folders.ts';

const WHO = ['-c', 'user.name=Ada Lovelace', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];

export function git(repo: string, ...args: string[]): string {
  return execFileSync('git', [...WHO, ...args], { cwd: repo, encoding: 'utf8' });
}

export function temporaryFolder(name: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `gitmoxi-${name}-`)));
}

/** Waits of the example that a loaded machine, where seconds of the sandbox are long over, would exceed. */
const LONGER: readonly (readonly [file: string, wait: string, longer: string])[] = [
  ['web_depdef.json', '"timeout": 300, "timeoutPerTask": 150', '"timeout": 7200, "timeoutPerTask": 3600'],
  ['thumbnails_lambdadepdef.json', '"maxRetries": 6', '"maxRetries": 1000'],
  // Long enough for a person to pause it.
  ['thumbnails_lambdadepdef.json', '"waitInterval": 240', '"waitInterval": 43200'],
];

/** Tasks of the first image take their time, so that a person sees them start. */
const SLOW_START = '"rules": [{ "when": { "image": "*/web:1.4.0" }, "then": { "startSeconds": 300 } },';

/**
 * @param isForPerson tasks start slowly enough to be watched. @default false
 * @returns the repository's folder, which the caller removes
 */
export function makeWorkspace(isForPerson = false): string {
  const repo = join(temporaryFolder('editor'), 'shop');
  const shop = join(repo, 'examples/shop');
  mkdirSync(shop, { recursive: true });
  cpSync(join(ROOT, 'examples/shop'), shop, { recursive: true, filter: (path) => !path.includes('.next-') });
  for (const change of LONGER) replace(shop, ...change);
  if (isForPerson) replace(shop, 'scenario.json', '"rules": [', SLOW_START);
  git(repo, 'init', '-q', '-b', 'main');
  git(repo, 'add', '.');
  git(repo, 'commit', '-q', '-m', 'Open the shop');
  return repo;
}

/** Services and clusters with names as long as teams give them, in three regions, in two accounts. */
const PLACES = [
  ['production', 'eu-west-1', '123456789012'],
  ['staging', 'us-east-1', '210987654321'],
  ['development', 'ap-southeast-2', '123456789012'],
] as const;
const NAMES = ['checkout-payment-gateway-adapter', 'customer-notification-dispatcher-v2', 'search-indexer', 'web'];

/** @returns the folder of a repository with many workloads, which the caller removes with the folder that it is in */
export function makeLongNames(): string {
  const repo = join(temporaryFolder('long-names'), 'platform');
  for (const [stage, region, account] of PLACES) {
    for (const name of NAMES) {
      const folder = join(repo, stage, name);
      mkdirSync(folder, { recursive: true });
      const put = (suffix: string, value: unknown) =>
        writeFileSync(join(folder, `${name}_${suffix}.json`), JSON.stringify(value, null, 2));
      put('svcdef', { cluster: `${stage}-platform-cluster`, serviceName: name, desiredCount: 2 });
      const container = { name: 'app', image: `public.ecr.aws/acme/${name}:1.0.0`, memory: 128 };
      put('taskdef', { family: `${stage}-${name}`, containerDefinitions: [container] });
      put('depdef', { environment: { account, region } });
    }
  }
  git(repo, 'init', '-q', '-b', 'main');
  git(repo, 'add', '.');
  git(repo, 'commit', '-q', '-m', 'Give everything the longest name that there is room for');
  return repo;
}

function replace(folder: string, file: string, before: string, after: string): void {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
  writeFileSync(path, text.replace(before, after));
}
