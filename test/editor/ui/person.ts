/**
 * A person in front of an editor's window: opens it, clicks, reads, and keeps pictures of what is seen.
 *
 * Owns: the editor, the browser and their folders until `leave`.
 */
import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { openBrowser } from '../host/browser.ts';
import { type Editor, installEditor, installExtension, startEditor, writeSettings } from '../host/codeServer.ts';
import { SCREENSHOTS } from '../host/folders.ts';
import { temporaryFolder } from '../host/workspace.ts';

export interface Surroundings {
  /** The one that runs now; a test may end it and start another. */
  editor: Editor;
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
  const place: Surroundings = {
    editor,
    browser,
    data,
    async leave() {
      await browser.close();
      await place.editor.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return place;
}

/** Size of a window, pixels. */
export const WINDOW = { width: 1280, height: 800 };

/** What takes longer than this did not happen, ms. Long, since the machine may have much else to do. */
const PATIENCE_MS = 90_000;

/** What a click or key brings about at once shows within this, or it missed: what it aimed at had moved, ms. */
const EFFECT_MS = 2_000;

/** Between looks at the window, ms. */
const LOOK_MS = 50;

/** In the status bar, where nothing is shown for the pointer. */
const NOWHERE = { x: 700, y: 784 };

/** A menu takes no click that comes sooner after it opened, ms. */
const MENU_MS = 150;

export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
  }

  /** @param opened a folder, or the file of a workspace with several; none for an empty window */
  static async open({ browser, editor }: Surroundings, opened?: string): Promise<Person> {
    const page = await browser.newPage({ viewport: WINDOW });
    const kind = opened?.endsWith('.code-workspace') ? 'workspace' : 'folder';
    await page.goto(`${editor.url}/?${opened === undefined ? 'ew=true' : `${kind}=${encodeURIComponent(opened)}`}`);
    await page.locator('.monaco-workbench .activitybar').waitFor({ timeout: PATIENCE_MS });
    return new Person(page);
  }

  /** Keeps a picture of the window, without what hovering shows. */
  async look(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.mouse.move(NOWHERE.x, NOWHERE.y);
    await this.page
      .locator('.workbench-hover-container')
      .waitFor({ state: 'hidden', timeout: EFFECT_MS })
      .catch(() => {});
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }

  async openView(): Promise<void> {
    const entry = this.page.locator('.activitybar .action-item a[aria-label^="GitMoxi"]').first();
    const title = this.page.locator('.sidebar .title').filter({ hasText: /Rollouts/i });
    await this.insist(
      () => entry.click(),
      () => isThere(title.first()),
    );
  }

  /** A row of the rollouts view that shows this text. */
  row(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row').filter({ hasText: text }).first();
  }

  /** Rests on a row until this is shown for it. */
  async pointAt(row: Locator, shown: string | RegExp): Promise<void> {
    const hover = this.page.locator('.workbench-hover-container').filter({ hasText: shown });
    await this.insist(
      () => row.hover({ timeout: EFFECT_MS }),
      () => isThere(hover.first()),
    );
  }

  /** A button in the side bar. */
  button(text: string): Locator {
    return this.page.locator('.sidebar .monaco-button').filter({ hasText: text }).first();
  }

  /** Clicks until the effect is there: what moves under the pointer takes no click. */
  async press(button: Locator, effect: Locator): Promise<void> {
    await this.insist(
      () => button.click({ timeout: EFFECT_MS }),
      () => isThere(effect.first()),
    );
  }

  /** Rows whose text does not fit. Under the pointer or the focus, a row gives way to its buttons. */
  async cutOff(): Promise<(string | null)[]> {
    await this.page.mouse.move(NOWHERE.x, NOWHERE.y);
    return this.page.locator('.sidebar .monaco-list-row').evaluateAll((rows) =>
      rows.flatMap((row) => {
        const classes = String(row.className);
        const name = row.querySelector('.monaco-icon-label-container') as { scrollWidth: number; clientWidth: number };
        const hasButtons = /\b(focused|selected)\b/.test(classes);
        return !hasButtons && name.scrollWidth > name.clientWidth + 1 ? [row.textContent] : [];
      }),
    );
  }

  /** Rows move while the view changes: the menu counts only where the row stayed under the pointer. */
  async fromContextMenu(text: string | RegExp, item: string): Promise<void> {
    const row = this.row(text);
    const entry = this.page.locator('.context-view .action-menu-item').filter({ hasText: item }).first();
    await row.waitFor();
    await this.insist(
      async () => {
        const before = await row.boundingBox({ timeout: EFFECT_MS });
        await row.click({ button: 'right', timeout: EFFECT_MS });
        await entry.waitFor({ timeout: EFFECT_MS });
        const after = await row.boundingBox({ timeout: EFFECT_MS });
        if (before?.y !== after?.y) await this.page.keyboard.press('Escape');
      },
      () => isThere(entry),
    );
    await this.page.waitForTimeout(MENU_MS);
    await this.insist(
      () => entry.click({ timeout: EFFECT_MS }),
      () => isGone(entry),
    );
  }

  /**
   * Presses a notification's button by the keyboard: notifications move while others come and go. One that has waited
   * too long is in the list of all.
   */
  async answer(text: string | RegExp, button: string): Promise<void> {
    const one = this.notification(text);
    const key = one.locator('.monaco-button').filter({ hasText: button }).first();
    await this.insist(
      async () => {
        if (!(await isThere(one))) await this.run('Notifications: Show Notifications');
        await key.press('Enter', { timeout: EFFECT_MS });
      },
      () => isGone(key),
    );
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-list-item').filter({ hasText: text }).first();
  }

  async closeNotifications(): Promise<void> {
    await this.run('Notifications: Clear All Notifications');
  }

  /** Runs a command from the palette, by its whole title. */
  async run(command: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    const named = rows.filter({ has: this.page.getByText(command, { exact: true }) }).first();
    await this.insist(
      async () => {
        // The palette has what could be run when it was opened.
        if (await input.isVisible()) await this.page.keyboard.press('Escape');
        await this.page.keyboard.press('F1');
        await input.fill(`>${command}`, { timeout: EFFECT_MS });
      },
      () => isThere(named),
    );
    // The command may ask something in the same place.
    await this.insist(
      () => named.click({ timeout: EFFECT_MS }),
      () => soon(async () => !(await input.isVisible()) || !(await input.inputValue()).startsWith('>')),
    );
  }

  /** Loads the window anew; what it showed before is gone then. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.run('Developer: Reload Window');
    await loaded;
  }

  /** Chooses from the list that a command shows. */
  async pick(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    const only = this.page.locator('.quick-input-list .monaco-list-row.focused').filter({ hasText: text });
    await this.insist(
      () => input.fill(text, { timeout: EFFECT_MS }),
      () => isThere(only),
    );
    await this.insist(
      () => input.press('Enter', { timeout: EFFECT_MS }),
      () => isGone(only),
    );
  }

  async openFile(name: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input').first();
    const found = this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: name }).first();
    await this.insist(
      async () => {
        if (!(await input.isVisible())) await this.page.keyboard.press('Control+P');
        await input.fill(name, { timeout: EFFECT_MS });
      },
      () => isThere(found),
    );
    await this.insist(
      () => input.press('Enter', { timeout: EFFECT_MS }),
      () => isThere(this.page.locator('.tab').filter({ hasText: name }).first()),
    );
    await this.page.locator('.view-line').first().waitFor();
  }

  /** The web view that was opened last. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview >> nth=-1').frameLocator('iframe');
  }

  /** Acts until the effect is seen. */
  async insist(act: () => Promise<unknown>, effect: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const failed = await act().then(
        () => undefined,
        (error: unknown) => error,
      );
      if (await effect()) return;
      if (Date.now() > until) throw failed ?? new Error('what was done had no effect');
    }
  }
}

const waits = (one: Locator, state: 'visible' | 'hidden', timeout = EFFECT_MS): Promise<boolean> =>
  one.waitFor({ state, timeout }).then(
    () => true,
    () => false,
  );
const isThere = (one: Locator): Promise<boolean> => waits(one, 'visible');
const isGone = (one: Locator): Promise<boolean> => waits(one, 'hidden');

/** @param withinMs how long it is waited for, ms */
export const appears = (one: Locator, withinMs: number): Promise<boolean> => waits(one, 'visible', withinMs);

async function soon(check: () => Promise<boolean>): Promise<boolean> {
  const until = Date.now() + EFFECT_MS;
  while (!(await check())) {
    if (Date.now() > until) return false;
    await sleep(LOOK_MS);
  }
  return true;
}
