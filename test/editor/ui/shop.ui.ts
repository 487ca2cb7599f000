/** The extension as a person meets it: installed from its package, clicked through in a browser, with pictures kept. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openStore } from '../../../engine/index.ts';
import { noScenario, type Sandbox, speedClock, startSandbox } from '../../../sandbox/index.ts';
import { startEditor, writeSettings } from '../host/codeServer.ts';
import { CACHE, ROOT, SCREENSHOTS } from '../host/folders.ts';
import { git, makeWorkspace } from '../host/workspace.ts';
import { Person, type Surroundings, surroundings } from './person.ts';

const VSIX = join(CACHE, 'gitmoxi.vsix');

describe('a person in the editor', function () {
  this.timeout(180_000);
  this.slow(60_000);

  let place: Surroundings;
  let person: Person;
  let repo: string;

  function change(name: string, edit: (text: string) => string, message: string): void {
    const path = join(repo, 'examples/shop', name);
    writeFileSync(path, edit(readFileSync(path, 'utf8')));
    git(repo, 'commit', '-q', '-a', '-m', message);
  }

  before(async function () {
    rmSync(SCREENSHOTS, { recursive: true, force: true });
    const packaged = spawnSync(process.execPath, [join(ROOT, 'scripts/package.ts'), VSIX], { encoding: 'utf8' });
    assert.equal(packaged.status, 0, packaged.stderr);
    const found = await surroundings(VSIX);
    if (typeof found === 'string') {
      process.stderr.write(`skipped: the tests of the editor's window (${found})\n`);
      return this.skip();
    }
    place = found;
    repo = makeWorkspace();
    // Commits are made by the tests: nothing should ask about them.
    await writeSettings(place.data, { 'gitmoxi.deployOnCommit': 'off', 'gitmoxi.sandbox.speed': 30 });
    person = await Person.open(place, repo);
  });

  after(async () => {
    await place?.leave();
    if (repo !== undefined) rmSync(dirname(repo), { recursive: true, force: true });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await person?.look(`failed-${this.currentTest.title.slice(0, 40)}`);
  });

  it('sees the workloads by their places, and starts the sandbox', async () => {
    await person.openView();
    await person.row('web').first().waitFor();
    await person.run('GitMoxi: Try It without AWS: Start Sandbox');
    await person.row('never deployed').first().waitFor();
    await person.page.locator('.statusbar-item').filter({ hasText: 'Sandbox' }).waitFor();
    await person.look('1-sandbox');
  });

  it('has nothing cut off in a narrow sidebar', async () => {
    const cut = await person.page.locator('.sidebar .monaco-list-row').evaluateAll((rows) =>
      rows.flatMap((row) => {
        const name = row.querySelector('.monaco-icon-label-container') as { scrollWidth: number; clientWidth: number };
        return name.scrollWidth > name.clientWidth + 1 ? [row.textContent] : [];
      }),
    );
    assert.deepEqual(cut, []);
  });

  it('finds a mistake while writing, completes, and previews', async () => {
    await person.openFile('web_taskdef.json');
    const { page } = person;
    await page.locator('.view-line').first().waitFor();
    await page.locator('.codelens-decoration').filter({ hasText: 'Preview' }).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('x');
    await page.locator('.squiggly-error').first().waitFor();
    await person.look('2-finding');
    await page.keyboard.press('Control+Z');
    await person.run('GitMoxi: Preview Rendered File');
    await page.locator('.tab').filter({ hasText: 'rendered' }).waitFor();
    await page.locator('.view-line').filter({ hasText: 'public.ecr.aws/shop/web:1.4.0' }).first().waitFor();
    await person.look('3-preview');
    await person.run('View: Close All Editors');
  });

  it('deploys from the context menu, after seeing the plan', async () => {
    await person.fromContextMenu(person.row(/^web/).first(), 'Deploy');
    await person.notification('Create shop/web').waitFor();
    await person.look('4-plan');
    await person.press('Deploy');
    await person
      .row(/web.*tasks/)
      .first()
      .waitFor();
    await person.look('5-deploying');
    await person.notification('was rolled out').waitFor();
    await person
      .row(/web.*in sync/)
      .first()
      .waitFor();
    await person.press('Timeline');
    const timeline = person.page.frameLocator('iframe.webview').frameLocator('iframe');
    await timeline.locator('h1').filter({ hasText: 'web' }).waitFor();
    await timeline.locator('.events li').first().focus();
    await person.page.keyboard.press('ArrowDown');
    assert.match((await timeline.locator('.events li:focus').textContent()) ?? '', /^\+/);
    await person.look('6-timeline');
    await person.closeNotifications();
  });

  it('pauses a canary, promotes it, and watches the view change', async () => {
    await person.fromContextMenu(person.row(/^thumbnails/).first(), 'Deploy');
    await person.press('Deploy');
    await person
      .row(/thumbnails.*in sync/)
      .first()
      .waitFor();
    await person.closeNotifications();
    change('thumbnails_lambdainput.json', (text) => text.replace('2.0.1', '2.1.0'), 'Make better thumbnails');
    await person.fromContextMenu(person.row(/^thumbnails/).first(), 'Deploy');
    await person.notification('Update').waitFor();
    await person.press('Deploy');
    const moving = person.row(/thumbnails.*10 % traffic/).first();
    await moving.waitFor();
    await person.fromContextMenu(moving, 'Pause Rollout');
    await person
      .row(/thumbnails.*paused/)
      .first()
      .waitFor();
    await person.look('7-paused');
    await person.fromContextMenu(person.row(/thumbnails.*paused/).first(), 'Resume Rollout');
    await person.fromContextMenu(person.row(/thumbnails.*traffic/).first(), 'Promote Rollout');
    await person
      .row(/thumbnails.*in sync/)
      .first()
      .waitFor();
    await person.closeNotifications();
  });

  it('has a rollout that failed explained', async () => {
    change('web_input.json', (text) => text.replace('web:1.4.0', 'web:1.6.0-broken'), 'Break the image');
    await person.fromContextMenu(person.row(/^web/).first(), 'Deploy');
    await person.notification('Update').waitFor();
    await person.press('Deploy');
    await person.notification('rolled back').waitFor();
    await person.press('Explain');
    const text = person.page.frameLocator('iframe.webview').last().frameLocator('iframe');
    await text.locator('h2').filter({ hasText: 'What to do next' }).waitFor();
    await person.look('8-explained');
    await person.closeNotifications();
  });

  it('rolls back from the context menu to a rollout that it picks', async () => {
    change('web_input.json', (text) => text.replace('1.6.0-broken', '1.5.0'), 'Mend the image');
    await person.fromContextMenu(person.row(/^web/).first(), 'Deploy');
    await person.notification('Update').waitFor();
    await person.press('Deploy');
    await person.notification('was rolled out').waitFor();
    await person.closeNotifications();
    await person.fromContextMenu(person.row(/^web/).first(), 'Roll Back');
    await person.page.locator('.quick-input-list').filter({ hasText: 'Open the shop' }).waitFor();
    await person.look('9-roll-back');
    await person.pick('Open the shop');
    await person.notification('Roll back shop/web').waitFor();
    await person.press('Roll Back');
    await person.notification('was rolled out').waitFor();
    await person
      .row(/web.*held/)
      .first()
      .waitFor();
    await person.look('10-held');
    await person.closeNotifications();
  });

  it('finds its way by the walkthrough', async () => {
    await person.run('Welcome: Open Walkthrough...');
    await person.pick('Deploy to ECS and Lambda from Git');
    await person.page.locator('.getting-started-category').first().waitFor();
    await person.look('11-walkthrough');
    await person.run('View: Close All Editors');
  });

  describe('at a sandbox of its own', () => {
    let own: string;
    let sandbox: Sandbox;
    let settings: Record<string, unknown>;

    before(async () => {
      await person.page.close();
      await place.editor.stop();
      own = makeWorkspace();
      const scenario = { ...noScenario, given: { clusters: ['shop'], alarms: [] } };
      sandbox = await startSandbox({ clock: speedClock(30), scenario });
      settings = { 'gitmoxi.endpoint': sandbox.endpoint, 'gitmoxi.deployOnCommit': 'off' };
      await reopen();
    });

    after(async () => {
      await sandbox?.stop();
      rmSync(dirname(own), { recursive: true, force: true });
    });

    async function reopen(): Promise<void> {
      const env = { GITMOXI_STORE: join(place.data, 'store.db') };
      place = { ...place, editor: await startEditor({ data: place.data, settings, env }) };
      person = await Person.open(place, own);
      await person.openView();
    }

    it('goes on with a rollout whose window was killed', async () => {
      await person
        .row(/web.*never deployed/)
        .first()
        .waitFor();
      await person.fromContextMenu(person.row(/^web/).first(), 'Deploy');
      await person.notification('Create').waitFor();
      await person.press('Deploy');
      await person
        .row(/web.*stabilizing/)
        .first()
        .waitFor();
      await person.page.close();
      await place.editor.stop();
      await reopen();
      // Nobody may take it up before the lease of the killed window runs out.
      await person
        .row(/web.*in sync/)
        .first()
        .waitFor({ timeout: 90_000 });
      await person.look('12-taken-up');
      const store = await openStore(join(place.data, 'store.db'));
      const [latest] = await store.latest();
      const events = await store.events(latest!.record.id, 0);
      store.close();
      assert.ok(events.some(({ code }) => code === 'rollout.resumed'));
    });

    for (const [theme, kind] of [
      ['Dark Modern', 'vscode-dark'],
      ['Default High Contrast', 'vscode-high-contrast'],
    ] as const) {
      it(`shows a timeline in the theme ${theme}`, async () => {
        await writeSettings(place.data, { ...settings, 'workbench.colorTheme': theme });
        await person.page.reload();
        await person.openView();
        await person.row(/^web/).first().waitFor();
        await person.fromContextMenu(person.row(/^web/).first(), 'Show Timeline');
        const timeline = person.page.frameLocator('iframe.webview').last().frameLocator('iframe');
        await timeline.locator('h1').filter({ hasText: 'web' }).waitFor();
        assert.match((await timeline.locator('body').getAttribute('class')) ?? '', new RegExp(kind));
        await person.look(`13-${theme.toLowerCase().replaceAll(' ', '-')}`);
      });
    }
  });

  it('edits, and deploys nothing, in Restricted Mode', async () => {
    await person.page.close();
    await writeSettings(place.data, {
      'security.workspace.trust.enabled': true,
      'security.workspace.trust.startupPrompt': 'never',
      'security.workspace.trust.banner': 'never',
    });
    person = await Person.open(place, repo);
    await person.page.locator('.activitybar .action-item a[aria-label^="GitMoxi"]').first().click();
    await person.page.locator('.sidebar').filter({ hasText: 'Rollouts are not read in Restricted Mode' }).waitFor();
    await person.openFile('web_taskdef.json');
    await person.page.locator('.codelens-decoration').filter({ hasText: 'Preview' }).waitFor();
    await person.look('14-restricted');
  });
});
