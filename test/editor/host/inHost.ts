/** Runs a bundled module inside the extension host of the editor in a browser, and gives what it reports. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBrowser } from './browser.ts';
import { startEditor } from './codeServer.ts';
import { ROOT } from './folders.ts';

/** All that a module does, ms. */
const WITHIN_MS = 600_000;

export interface InHostOptions {
  /** The bundled module; its `run` writes JSON to the file that the environment's `GITMOXI_REPORT` names. */
  readonly module: string;
  /** For the editor's data; the report is kept in it. */
  readonly data: string;
  /** The window's folder. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

const remote = (path: string) => `vscode-remote://remote${path}`;

/** @returns the report, or why there is no browser */
export async function runInHost<T>({ module, data, folder, env, settings = {} }: InHostOptions): Promise<T | string> {
  const browser = await openBrowser();
  if (typeof browser === 'string') return browser;
  const report = join(data, 'report.json');
  const editor = await startEditor({
    data,
    settings,
    env: { ...env, GITMOXI_REPORT: report, GITMOXI_STORE: join(data, 'store.db') },
    forSuite: true,
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const payload = [
      ['extensionDevelopmentPath', remote(ROOT)],
      ['extensionTestsPath', remote(module)],
    ];
    await page.goto(`${editor.url}/?${new URLSearchParams({ folder, payload: JSON.stringify(payload) })}`);
    const until = Date.now() + WITHIN_MS;
    while (!existsSync(report)) {
      if (Date.now() > until) throw new Error('what runs in the extension host did not end');
      await sleep(200);
    }
    await sleep(100);
    return JSON.parse(readFileSync(report, 'utf8')) as T;
  } finally {
    await browser.close();
    await editor.stop();
  }
}
