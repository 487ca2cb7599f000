/** Where the tests in the editor keep things: all below one folder that Git ignores. */
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');

/** Editors, installed once and kept. */
export const CACHE = join(ROOT, '.vscode-test');

/** Bundled suites. Below the root, so that they find `mocha`. */
export const BUNDLES = join(CACHE, 'suites');

/** Screenshots of the last run. */
export const SCREENSHOTS = join(CACHE, 'screenshots');
