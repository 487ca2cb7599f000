/**
 * Bundles what ships into dist/: the command, the language server, and the editor's client with what it loads on
 * demand. Also links the command into node_modules/.bin, which npm does for dependencies but not for the package
 * itself: so `npx gitmoxi` finds it in a checkout at once.
 *
 *     npm run build
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/**
 * Lets the bundler leave out what the AWS clients know of operations that nobody calls. Their schemas name members by
 * constants, `{ [_xN]: "VpcId" }`, and a computed name might do something for all that a bundler can tell: with plain
 * names, the client for EC2 is a thirtieth of what it was.
 */
const plainSchemas: Plugin = {
  name: 'plain schemas',
  setup({ onLoad }) {
    onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      const contents = text.replace(/\[(_\w+)\]:/g, (whole, name) => {
        const value = constants.get(name);
        return value === undefined ? whole : `${value}:`;
      });
      return { contents, loader: 'js' };
    });
  },
};

/** What the language server's libraries load of Node for transports that nobody uses here, and what it takes of each start. */
const SELDOM = /^(?:crypto|child_process)$/;

/** Lets those be loaded when something of them is first used. */
const lateBuiltins: Plugin = {
  name: 'late builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: SELDOM }, ({ path, importer, kind }) =>
      kind === 'require-call' && /[\\/]vscode-(?:jsonrpc|languageserver)[\\/]/.test(importer)
        ? { path, namespace: 'late' }
        : undefined,
    );
    onLoad({ filter: SELDOM, namespace: 'late' }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require('node:${path}')[name] });`,
      resolveDir: root,
    }));
  },
};

/** Each import of a CommonJS module copies all of its names. Of the protocol's hundreds, one copy is enough for all. */
const oneProtocol: Plugin = {
  name: 'one protocol',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^vscode-languageserver(?:\/node)?$/ }, ({ path, kind, namespace }) =>
      kind === 'import-statement' && namespace === 'file' ? { path, namespace: 'once' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'once' }, ({ path }) => ({
      contents: `export * from '${path}';`,
      resolveDir: root,
    }));
  },
};

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  // jsonc-parser's `main` is UMD that a bundler cannot see through; its `module` is fine.
  mainFields: ['module', 'main'],
  logLevel: 'warning',
  legalComments: 'none',
  plugins: [plainSchemas, lateBuiltins, oneProtocol],
};

/** CommonJS dependencies inside an ES module look for these. */
const COMMONJS_BANNER = [
  "import { createRequire as gitmoxiCreateRequire } from 'node:module';",
  'const require = gitmoxiCreateRequire(import.meta.url);',
].join('\n');

/** Split, so that what is not used is not loaded: the AWS clients alone are most of the code. */
const split: BuildOptions = { ...shared, format: 'esm', splitting: true, banner: { js: COMMONJS_BANNER } };

const command: BuildOptions = {
  ...split,
  entryPoints: { cli: 'cli/main.ts' },
  outdir: 'dist',
  chunkNames: 'cli/[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
};

/** What the client and the language server load when they need it, by the module that it becomes. */
const ON_DEMAND = {
  engine: 'client/engine/loaded.ts',
  sandbox: 'client/sandbox/loaded.ts',
  language: 'client/languageServer/loaded.ts',
};

const onDemandModules: BuildOptions = {
  ...split,
  entryPoints: ON_DEMAND,
  outdir: 'dist/editor',
  chunkNames: '[name]-[hash]',
  minifySyntax: true,
  minifyWhitespace: true,
};

/** Leads dynamic imports to those modules. */
const onDemand: Plugin = {
  name: 'on demand',
  setup({ onResolve }) {
    onResolve({ filter: /\/loaded\.ts$/ }, ({ path, resolveDir }) => {
      const entry = relative(root, join(resolveDir, path)).replaceAll('\\', '/');
      const bundle = Object.entries(ON_DEMAND).find(([, module]) => module === entry)?.[0];
      return bundle === undefined ? undefined : { path: `./editor/${bundle}.js`, external: true };
    });
  },
};

/** VS Code loads extensions as CommonJS and supplies `vscode` itself. */
const editor: BuildOptions = {
  ...shared,
  entryPoints: { client: 'client/extension.ts', server: 'client/languageServer/start.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  external: ['vscode'],
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [plainSchemas, lateBuiltins, oneProtocol, onDemand],
};

function linkCommand(): void {
  const folder = join(root, 'node_modules', '.bin');
  if (!existsSync(folder)) return;
  const link = join(folder, 'gitmoxi');
  if (process.platform === 'win32') {
    writeFileSync(`${link}.cmd`, '@node "%~dp0\\..\\..\\cli\\bin.js" %*\r\n');
    writeFileSync(link, '#!/bin/sh\nexec node "$(dirname "$0")/../../cli/bin.js" "$@"\n');
    return;
  }
  rmSync(link, { force: true });
  symlinkSync('../../cli/bin.js', link);
  chmodSync(join(root, 'cli', 'bin.js'), 0o755);
}

/** Chunk names carry hashes: without this, those of earlier builds would pile up. */
function removeStaleChunks(written: ReadonlySet<string>): void {
  for (const folder of [join(dist, 'cli'), join(dist, 'editor')]) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (!written.has(path)) rmSync(path, { force: true });
    }
  }
}

const jobs = [command, onDemandModules, editor];

try {
  // Nothing is written before everything is built: a failed build leaves the last good one in place.
  const results = await Promise.all(jobs.map((job) => build({ ...job, write: false })));
  const files = results.flatMap(({ outputFiles }) => outputFiles ?? []);
  // The entry points come last, when the chunks that they name are there.
  const isEntry = ({ path }: { path: string }) => Number(dirname(path) === dist);
  for (const { path, contents } of files.toSorted((one, other) => isEntry(one) - isEntry(other))) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, contents);
  }
  removeStaleChunks(new Set(files.map(({ path }) => path)));
  linkCommand();
} catch (error) {
  // What is wrong in the sources has been printed by then.
  if (!(error instanceof Error && 'errors' in error)) throw error;
  process.exitCode = 1;
}
