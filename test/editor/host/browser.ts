/** A browser without a screen, for the editor's window: from the npm registry on Linux x64, else an installed one. */
import { existsSync } from 'node:fs';
import chromiumPackage from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const INSTALLED = [
  process.env['CHROMIUM_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns the browser, or why there is none */
export async function openBrowser(): Promise<Browser | string> {
  const fromPackage = process.platform === 'linux' && process.arch === 'x64';
  const installed = INSTALLED.find((path) => path !== '' && existsSync(path));
  if (!fromPackage && installed === undefined) {
    return `no browser for ${process.platform} ${process.arch}: install Chromium or set CHROMIUM_PATH`;
  }
  const executablePath = fromPackage ? await chromiumPackage.executablePath() : installed!;
  // In a single process, the first page that is closed takes the browser along.
  const own = fromPackage ? chromiumPackage.args.filter((flag) => flag !== '--single-process') : [];
  const args = [...own, ...FLAGS];
  try {
    return await chromium.launch({ executablePath, args, headless: true });
  } catch (error) {
    return `the browser does not start: ${String(error).split('\n')[0]}`;
  }
}
