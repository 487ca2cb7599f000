/**
 * A person in front of an editor's window: opens it, clicks, reads, and keeps pictures of what is seen.
 *
 * Owns: the editor, the browser and their folders until `leave`.
 */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { openBrowser } from '../host/browser.ts';
import { type Editor, installEditor, installExtension, startEditor, writeSettings } from '../host/codeServer.ts';
import { SCREENSHOTS } from '../host/folders.ts';
import { temporaryFolder } from '../host/workspace.ts';

export interface Surroundings {
  readonly editor: Editor;
  readonly browser: Browser;
  readonly data: string;
  leave(): Promise<void>;
}

/** @returns an editor with the packaged extension and a browser, or why there is none */
export async function surroundings(vsix: string): Promise<Surroundings | string> {
  const missing = await installEditor();
  if (missing !== undefined) return missing;
  const browser = await openBrowser();
  if (typeof browser === 'string') return browser;
  const data = temporaryFolder('ui');
  await writeSettings(data);
  await installExtension(data, vsix);
  const editor = await startEditor({ data, env: { GITMOXI_STORE: join(data, 'store.db') } });
  return {
    editor,
    browser,
    data,
    async leave() {
      await browser.close();
      await editor.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** What takes longer than this did not happen, ms. */
const PATIENCE_MS = 45_000;

export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  static async open({ browser, editor }: Surroundings, folder: string, width = 1280): Promise<Person> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    await page.goto(`${editor.url}/?folder=${encodeURIComponent(folder)}`);
    await page.locator('.monaco-workbench .activitybar').waitFor({ timeout: PATIENCE_MS });
    return new Person(page);
  }

  /** Keeps a picture of the window. */
  async look(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  async openView(): Promise<void> {
    await this.page.locator('.activitybar .action-item a[aria-label^="GitMoxi"]').first().click();
    await this.row('shop').first().waitFor();
  }

  /** A row of the rollouts view that shows this text. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row').filter({ hasText: text });
  }

  async fromContextMenu(row: Locator, item: string): Promise<void> {
    await row.click({ button: 'right' });
    const entry = this.page.locator('.context-view .action-menu-item').filter({ hasText: item }).first();
    await entry.waitFor();
    await this.page.waitForTimeout(150);
    await entry.click();
  }

  /** A notification's or dialogue's button. Notifications move while others come and go: a click may miss. */
  async press(name: string): Promise<void> {
    const button = this.page.locator('.monaco-button').filter({ hasText: name });
    const before = await button.count().then(
      (n) =>
        n ||
        button
          .first()
          .waitFor()
          .then(() => button.count()),
    );
    for (let attempt = 0; attempt < 3; attempt++) {
      await button.first().click();
      for (let looks = 0; looks < 20; looks++) {
        if ((await button.count()) < before) return;
        await this.page.waitForTimeout(100);
      }
    }
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  async closeNotifications(): Promise<void> {
    await this.run('Notifications: Clear All Notifications');
  }

  /** Runs a command from the palette. */
  async run(command: string): Promise<void> {
    await this.page.keyboard.press('F1');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(`>${command}`);
    const first = this.page.locator('.quick-input-list .monaco-list-row').first();
    await first.filter({ hasText: command.split(': ').at(-1)! }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  async pick(text: string): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first().click();
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.waitFor();
    await input.fill(name);
    await this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.tab').filter({ hasText: name }).first().waitFor();
  }
}
