/**
 * The rules of the house that a machine can check: who may import whom, what pure parts must not touch, and how errors
 * are made. The tables here are the documentation; a failure says what to do.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** Parts, and the parts each may import. What is not listed is forbidden. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  schemas: [],
  'engine/base': [],
  'engine/config': ['engine/base'],
  'engine/template': ['engine/base', 'engine/config'],
  'engine/check': ['engine/base', 'engine/config', 'engine/template', 'schemas'],
  'engine/plan': ['engine/base', 'engine/config', 'engine/check'],
  'engine/preflight': ['engine/base', 'engine/config', 'engine/plan'],
  'engine/diagnose': ['engine/base'],
  'engine/rollout': ['engine/base', 'engine/config', 'engine/plan', 'engine/preflight', 'engine/diagnose'],
  'engine/files': ['engine/config'],
  'engine/git': ['engine/base', 'engine/config', 'engine/files'],
  'engine/aws': ['engine/base', 'engine/diagnose', 'engine/plan', 'engine/preflight', 'engine/rollout'],
  'engine/store': ['engine/base', 'engine/plan', 'engine/rollout'],
  'engine/facade': [
    'engine/base',
    'engine/config',
    'engine/check',
    'engine/plan',
    'engine/preflight',
    'engine/diagnose',
    'engine/rollout',
    'engine/git',
    'engine/aws',
    'engine/store',
  ],
  server: ['engine/base', 'engine/config', 'engine/template', 'engine/check', 'engine/plan', 'engine/files', 'schemas'],
  session: ['engine/facade', 'sandbox', 'server'],
  client: ['engine/base', 'engine/facade', 'sandbox', 'server', 'session'],
  cli: ['engine/facade', 'sandbox', 'server', 'session'],
  sandbox: [],
};

/** Modules that stand directly in engine/: small things everybody may use, and the facade that puts the parts together. */
const ENGINE_BASE = new Set([
  'clock.ts',
  'closest.ts',
  'errors.ts',
  'finding.ts',
  'json.ts',
  'hash.ts',
  'redact.ts',
  'turns.ts',
]);

/** Where an outside package may be imported. */
const PACKAGE_ONLY_IN: readonly [RegExp, readonly string[]][] = [
  [/^vscode$/, ['client']],
  [/^vscode-languageserver/, ['server']],
  [/^vscode-languageclient/, ['client']],
  [/^@aws-sdk\//, ['engine/aws', 'engine/store']],
  [/^simple-git$/, ['engine/git']],
  [/^node:child_process$/, ['engine/git', 'cli', 'client']],
  [/^node:sqlite$/, ['engine/store']],
  [/^(commander|log-update|picocolors|string-width)$/, ['cli']],
];

const PURE = ['engine/config', 'engine/template', 'engine/check', 'engine/plan', 'engine/preflight', 'engine/diagnose'];

interface Source {
  readonly path: string;
  readonly part: string;
  readonly text: string;
}

function partOf(path: string): string {
  const [top, second] = path.split('/');
  if (top !== 'engine') return top!;
  if (path.split('/').length > 2) return `engine/${second}`;
  return ENGINE_BASE.has(second!) ? 'engine/base' : 'engine/facade';
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return name.endsWith('.ts') ? [path] : [];
  });
}

const SOURCES: readonly Source[] = ['schemas', 'engine', 'server', 'client', 'cli', 'sandbox', 'session']
  .flatMap((top) => filesBelow(join(ROOT, top)))
  .map((file) => {
    const path = relative(ROOT, file).split(sep).join('/');
    return { path, part: partOf(path), text: readFileSync(file, 'utf8') };
  });

/** Every module specifier of a source: static, type-only, re-exported and dynamic. */
function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3]!);
}

const targetOf = (source: Source, specifier: string) => posix.normalize(posix.join(dirname(source.path), specifier));

/** Code without comments and strings, so that words in them do not count. */
const bare = (text: string) =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:])\/\/[^\n]*/g, '$1')
    .replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");

function offences(pattern: RegExp, within: (source: Source) => boolean): string[] {
  return SOURCES.filter(within).flatMap((source) => (pattern.test(bare(source.text)) ? [source.path] : []));
}

describe('the house', () => {
  it('reads imports of every form', () => {
    const text = `import a from './a.ts';\nimport type { B } from "./b.ts";\nexport * from './c.ts';\nimport './d.ts';\nconst e = await import('./e.ts');`;
    assert.deepEqual(importsOf(text), ['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts']);
  });

  it('has one-way imports between its parts', () => {
    const wrong = SOURCES.flatMap((source) =>
      importsOf(source.text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => targetOf(source, specifier))
        .filter(
          (target) =>
            partOf(target) !== source.part &&
            target !== 'package.json' &&
            !MAY_IMPORT[source.part]?.includes(partOf(target)),
        )
        .map(
          (target) =>
            `${source.path} imports ${target}: ${source.part} may import ${MAY_IMPORT[source.part]?.join(', ') || 'nothing of ours'}`,
        ),
    );
    assert.deepEqual(wrong, []);
  });

  it('goes through the public door of each part', () => {
    const wrong = SOURCES.flatMap((source) =>
      importsOf(source.text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => targetOf(source, specifier))
        .filter((target) => {
          const part = partOf(target);
          if (part === source.part || part === 'engine/base' || target === 'package.json') return false;
          if (part === 'engine/facade') return target !== 'engine/index.ts';
          return target !== `${part}/index.ts`;
        })
        // The protocol imports nothing, so that a client takes it without the server.
        .filter((target) => target !== 'server/protocol.ts')
        // What a checked workload is, is shared by planning, which must not load the checker.
        .filter(
          (target) => !(['engine/plan', 'engine/facade'].includes(source.part) && target === 'engine/check/checked.ts'),
        )
        .map((target) => `${source.path} imports past the door: ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('takes types alone from the language server where engines are opened', () => {
    // Else every command and the editor's window load the whole language server with the engine.
    const wrong = SOURCES.filter(
      ({ part, text }) => part === 'session' && /import (?!type )[^;]*'\.\.\/server\//.test(text),
    );
    assert.deepEqual(
      wrong.map(({ path }) => path),
      [],
    );
  });

  it('keeps outside packages where they belong', () => {
    const wrong = SOURCES.flatMap((source) =>
      importsOf(source.text).flatMap((specifier) => {
        const rule = PACKAGE_ONLY_IN.find(([pattern]) => pattern.test(specifier));
        return rule && !rule[1].includes(source.part)
          ? [`${source.path} imports ${specifier}: only ${rule[1].join(', ')} may`]
          : [];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  it('keeps its pure parts free of Node, of waiting, and of the clock', () => {
    const node = SOURCES.filter(({ part }) => PURE.includes(part)).flatMap((source) =>
      importsOf(source.text).some((specifier) => specifier.startsWith('node:')) ? [source.path] : [],
    );
    assert.deepEqual(node, []);
    assert.deepEqual(
      offences(
        /\basync\b|\bawait\b|\bPromise\b|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bsetTimeout\b/,
        ({ part }) => PURE.includes(part),
      ),
      [],
    );
  });

  it('has strategies that do no I/O and read no clock', () => {
    const strategies = [
      'ecsNative',
      'ecsRolling',
      'ecsServiceSteps',
      'lambdaAlias',
      'lambdaAliasBack',
      'lambdaState',
      'lambdaEventSources',
      'deletion',
      'cadence',
      'ecsEvidence',
      'ecsWatch',
      'ecsWayBack',
      'ecsBlueGreen',
      'ecsBlueGreenBack',
      'ecsBlueGreenState',
      'trafficSteps',
      'weights',
      'failures',
      'stepwise',
    ].map((name) => `engine/rollout/${name}.ts`);
    assert.deepEqual(
      offences(/\basync\b|\bawait\b|\bDate\b|\bMath\.random\b|\bsetTimeout\b/, ({ path }) => strategies.includes(path)),
      [],
    );
  });

  it('reads time in the clock and at the edges only', () => {
    // STS gives credentials an expiry that the SDK compares with real time.
    const edges = /^(sandbox\/sts\/|engine\/clock\.ts|engine\/store\/sqlite\.ts|cli\/|sandbox\/time\/|client\/)/;
    assert.deepEqual(
      offences(
        /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(/,
        ({ path }) => !edges.test(path) && !path.startsWith('sandbox/http/'),
      ),
      [],
    );
  });

  it('throws coded errors only', () => {
    assert.deepEqual(
      offences(/throw new (Error|TypeError|RangeError)\(/, ({ part }) => !part.startsWith('cli')),
      [],
    );
  });

  it('has no drawers', () => {
    const drawers = SOURCES.filter(({ path }) => /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.ts$)/.test(path)).map(
      ({ path }) => path,
    );
    assert.deepEqual(drawers, []);
  });
});
