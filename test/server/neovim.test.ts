/** Neovim as its users set it up: with the configuration that the documentation gives, word for word. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = join(ROOT, 'cli/bin.js');

const SERVICE = `{
  "serviceName": "{{ naem }}",
  "cluster": "{{ cluster }}",
    "taskDefinition": "web"
}
`;
const INPUT = '{ "name": "web", "ref": { "type": "TERRAFORM", "file": "services/tf.json" } }\n';
const OUTPUT = '{ "cluster": { "sensitive": false, "type": "string", "value": "prod" } }\n';

/** The version that is installed, or that there is none. */
function neovim(): { readonly major: number; readonly minor: number } | undefined {
  const { stdout } = spawnSync('nvim', ['--version'], { encoding: 'utf8' });
  const found = /^NVIM v(\d+)\.(\d+)/.exec(stdout ?? '');
  return found ? { major: Number(found[1]), minor: Number(found[2]) } : undefined;
}

describe('Neovim', () => {
  let folder: string;
  const at = (...path: string[]) => join(folder, ...path);

  before(function () {
    const version = neovim();
    // Before 0.8 it has no `vim.lsp.start`.
    if (version === undefined || (version.major === 0 && version.minor < 8)) this.skip();
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gitmoxi-neovim-'));
    for (const path of ['repository/.git', 'repository/services', 'bin']) mkdirSync(at(path), { recursive: true });
    writeFileSync(at('repository/services/web_svcdef.json'), SERVICE);
    writeFileSync(at('repository/services/web_input.json'), INPUT);
    writeFileSync(at('repository/services/tf.json'), OUTPUT);
    symlinkSync(COMMAND, at('bin/gitmoxi'));
    chmodSync(COMMAND, 0o755);
    const [, configuration] = /```lua\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs/editors.md'), 'utf8'))!;
    writeFileSync(at('configuration.lua'), configuration!);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('finds, completes, explains, mends, formats, jumps, renames and follows the disk as it is set up in the documentation', async function () {
    this.timeout(60_000);
    const script = join(import.meta.dirname, 'neovim.lua');
    const { stdout } = await promisify(execFile)(
      'nvim',
      ['--headless', '-u', 'NONE', '-i', 'NONE', '-c', `luafile ${script}`],
      {
        // Not in the repository: the folder that the editor was started in does not matter.
        cwd: tmpdir(),
        env: {
          ...process.env,
          PATH: [at('bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
          CONFIGURATION: at('configuration.lua'),
          OUTPUT_FILE: at('repository/services/tf.json'),
          SERVICE_FILE: at('repository/services/web_svcdef.json'),
        },
        timeout: 50_000,
      },
    );
    const { offered, hover, ...said } = JSON.parse(stdout);
    assert.deepEqual(said, {
      found: ['template.undefined-name'],
      column: 21,
      formatted: [
        '{',
        '  "serviceName": "{{ name }}",',
        '  "cluster": "{{ cluster }}",',
        '  "taskDefinition": "web"',
        '}',
      ],
      defined: ['services/tf.json', 1, 2],
      root: at('repository'),
    });
    assert.ok(offered.includes('name') && offered.includes('cluster'), String(offered));
    assert.match(hover, /"prod"[\s\S]*services\/tf\.json/);
    assert.match(readFileSync(at('repository/services/web_svcdef.json'), 'utf8'), /"\{\{ title \}\}"/);
    assert.equal(readFileSync(at('repository/services/web_input.json'), 'utf8'), INPUT.replace('name', 'title'));
  });
});
