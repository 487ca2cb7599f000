/** The extension as a person meets it: installed from its package, clicked through in a browser, with pictures kept. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openStore } from '../../../engine/index.ts';
import { parseScenario, type Sandbox, speedClock, startSandbox } from '../../../sandbox/index.ts';
import { startEditor, writeSettings } from '../host/codeServer.ts';
import { CACHE, ROOT, SCREENSHOTS } from '../host/folders.ts';
import { git, makeLongNames, makeWorkspace } from '../host/workspace.ts';
import { appears, Person, type Surroundings, surroundings, WINDOW } from './person.ts';

const VSIX = join(CACHE, 'gitmoxi.vsix');

/** A window that does not show its folders' branch within this has no folders, ms. */
const FOLDERS_MS = 30_000;

/** Between looks at settings that VS Code is to write, ms. */
const WRITTEN_MS = 200;

const settingsOf = (data: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(data, 'data/User/settings.json'), 'utf8'));

function changeIn(repo: string, name: string, edit: (text: string) => string, message: string): void {
  const path = join(repo, 'examples/shop', name);
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
  git(repo, 'commit', '-q', '-a', '-m', message);
}

describe('a person in the editor', function () {
  this.timeout(300_000);
  // What each takes is worth a look.
  this.slow(1);

  let place: Surroundings;
  let person: Person;
  let repo: string;

  const change = (name: string, edit: (text: string) => string, message: string) => changeIn(repo, name, edit, message);

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
    repo = makeWorkspace(true);
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

  it('sees the workloads by their places, and what to do without credentials', async () => {
    await person.openView();
    await person.row('web').waitFor();
    await person.row('No AWS credentials').waitFor();
    await person.button('Choose a Profile').waitFor();
    assert.deepEqual(await person.cutOff(), []);
    await person.look('0-no-credentials');
  });

  it('starts the sandbox instead', async () => {
    const mark = person.page.locator('.statusbar-item').filter({ hasText: 'Sandbox' });
    await person.press(person.button('Try It without AWS'), mark);
    await person.row('never deployed').waitFor();
    await person.button('Choose a Profile').waitFor({ state: 'hidden' });
    assert.deepEqual(await person.cutOff(), []);
    await person.look('1-sandbox');
  });

  it('reads more about a workload where the pointer rests', async () => {
    await person.pointAt(person.row('never deployed'), /never deployed: /);
  });

  it('finds a mistake while writing, and completes', async () => {
    await person.openFile('web_taskdef.json');
    const { page } = person;
    await page.locator('.codelens-decoration').filter({ hasText: 'Preview' }).waitFor();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('x');
    await page.locator('.squiggly-error').first().waitFor();
    await person.look('2-finding');
    await page.keyboard.press('Control+Z');
    await page.locator('.squiggly-error').waitFor({ state: 'hidden' });
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('"pid');
    const suggested = page.locator('.suggest-widget .monaco-list-row.focused').filter({ hasText: 'pidMode' });
    await person.insist(
      () => page.keyboard.press('Control+Space'),
      () => suggested.isVisible(),
    );
    await person.look('3-completion');
    await page.keyboard.press('Enter');
    await page.locator('.view-line').filter({ hasText: '"pidMode":' }).waitFor();
    await person.run('File: Revert File');
    await page.locator('.view-line').filter({ hasText: '"pidMode":' }).waitFor({ state: 'hidden' });
  });

  it('previews what a template gives', async () => {
    const { page } = person;
    await person.run('GitMoxi: Preview Rendered File');
    await page.locator('.tab').filter({ hasText: 'rendered' }).waitFor();
    await page.locator('.view-line').filter({ hasText: 'public.ecr.aws/shop/web:1.4.0' }).first().waitFor();
    await person.look('4-preview');
    await person.run('View: Close All Editors');
  });

  it('deploys from the context menu, after seeing the plan', async () => {
    await person.fromContextMenu(/^web/, 'Deploy');
    await person.notification('Create shop/web').waitFor();
    await person.look('5-plan');
    await person.answer('Create shop/web', 'Deploy');
    await person.row(/^web.*tasks/).waitFor();
    await person.look('6-deploying');
    await person.notification('was rolled out').waitFor();
    await person.answer('was rolled out', 'Timeline');
    await person.row(/^web.*in sync/).waitFor();
    assert.deepEqual(await person.cutOff(), []);
    const timeline = person.webview();
    await timeline.locator('h1').filter({ hasText: 'web' }).waitFor();
    await timeline.locator('.events li').first().focus();
    await person.page.keyboard.press('ArrowDown');
    assert.match((await timeline.locator('.events li:focus').textContent()) ?? '', /^\+/);
    await person.look('7-timeline');
  });

  it('shows the timeline in dark and in high contrast', async () => {
    for (const [theme, kind] of [
      ['Dark Modern', 'vscode-dark'],
      ['Dark High Contrast', 'vscode-high-contrast'],
      ['Light Modern', 'vscode-light'],
    ] as const) {
      await person.run('Preferences: Color Theme');
      await person.pick(theme);
      await person.webview().locator(`body.${kind}`).waitFor();
      await person.look(`8-timeline-${theme.toLowerCase().replaceAll(' ', '-')}`);
    }
    await person.closeNotifications();
  });

  it('pauses a canary, promotes it, and watches the view change', async () => {
    await person.fromContextMenu(/^thumbnails/, 'Deploy');
    await person.answer('Create shop-thumbnails', 'Deploy');
    await person.row(/^thumbnails.*in sync/).waitFor();
    await person.closeNotifications();
    change('thumbnails_lambdainput.json', (text) => text.replace('2.0.1', '2.1.0'), 'Make better thumbnails');
    await person.fromContextMenu(/^thumbnails/, 'Deploy');
    await person.answer('Update shop-thumbnails', 'Deploy');
    await person.row(/^thumbnails.*10 %/).waitFor();
    await person.fromContextMenu(/^thumbnails.*10 %/, 'Pause Rollout');
    await person.row(/^thumbnails.*paused/).waitFor();
    await person.look('9-paused');
    await person.fromContextMenu(/^thumbnails.*paused/, 'Resume Rollout');
    await person.fromContextMenu(/^thumbnails.*shifting.*10 %/, 'Promote Rollout');
    await person.row(/^thumbnails.*in sync/).waitFor();
    await person.closeNotifications();
    await person.run('View: Close All Editors');
    await person.fromContextMenu(/^thumbnails.*in sync/, 'Show Timeline');
    await person.webview().locator('h1').filter({ hasText: 'thumbnails' }).waitFor();
    await person.webview().locator('body').filter({ hasText: 'shop-thumbnails-errors' }).waitFor();
    await person.look('9-timeline-of-a-canary');
    await person.run('View: Close All Editors');
  });

  it('has a rollout that failed explained', async () => {
    change('web_input.json', (text) => text.replace('web:1.4.0', 'web:1.6.0-broken'), 'Break the image');
    await person.fromContextMenu(/^web/, 'Deploy');
    await person.answer('Update shop/web', 'Deploy');
    await person.notification('rolled back').waitFor();
    await person.answer('rolled back', 'Explain');
    await person.webview().locator('h2').filter({ hasText: 'What to do next' }).waitFor();
    await person.row(/^web.*rolled back/).waitFor();
    await person.look('10-explained');
    await person.closeNotifications();
  });

  it('rolls back from the context menu to a rollout that it picks', async () => {
    change('web_input.json', (text) => text.replace('1.6.0-broken', '1.5.0'), 'Mend the image');
    await person.fromContextMenu(/^web/, 'Deploy');
    await person.answer('Update shop/web', 'Deploy');
    await person.notification('was rolled out').waitFor();
    await person.closeNotifications();
    await person.fromContextMenu(/^web/, 'Roll Back');
    await person.page.locator('.quick-input-list').filter({ hasText: 'Open the shop' }).waitFor();
    await person.look('11-roll-back');
    await person.pick('Open the shop');
    await person.answer('Roll back shop/web', 'Roll Back');
    await person.notification(/was rolled back to [0-9a-f]{7}/).waitFor();
    await person.row(/^web.*held/).waitFor();
    await person.look('12-held');
    await person.closeNotifications();
  });

  it('releases what it holds, and holds it again with a reason', async () => {
    await person.fromContextMenu(/^web.*held/, 'Release');
    await person.row(/^web.*out of sync/).waitFor();
    await person.fromContextMenu(/^web/, 'Hold');
    await person.page.keyboard.type('until the image is mended');
    await person.page.keyboard.press('Enter');
    await person.row(/^web.*held/).waitFor();
  });

  it('finds its way by the walkthrough', async () => {
    await person.run('Welcome: Open Walkthrough...');
    await person.pick('Deploy to ECS and Lambda from Git');
    const step = (title: string) => person.page.locator('.getting-started-step').filter({ hasText: title });
    const done = (title: string) => step(title).locator('.codicon-getting-started-step-checked');
    for (const [title, button] of [
      ['Try it without AWS', 'Start Sandbox'],
      ['Open a repository', 'Show Workloads'],
    ] as const) {
      const key = step(title).locator('.monaco-button').filter({ hasText: button });
      await person.press(step(title), key);
      await person.press(key, done(title));
    }
    await person.look('13-walkthrough');
    await person.page.setViewportSize({ width: 1600, height: 900 });
    await step('Deploy a workload').click();
    const picture = person.webview().getByAltText('The plan of a new service');
    await picture.waitFor();
    assert.ok(await picture.evaluate((image: { naturalWidth?: number }) => (image.naturalWidth ?? 0) > 0));
    await person.look('13-walkthrough-wide');
    await person.page.setViewportSize(WINDOW);
    await person.run('View: Close All Editors');
  });

  describe('at a sandbox of its own', () => {
    let own: string;
    let sandbox: Sandbox;

    before(async () => {
      await person.page.close();
      await place.editor.stop();
      own = makeWorkspace(true);
      const scenario = parseScenario(readFileSync(join(own, 'examples/shop/scenario.json'), 'utf8'), 'scenario.json');
      sandbox = await startSandbox({ clock: speedClock(30), scenario });
      await reopen();
    });

    after(async () => {
      await sandbox?.stop();
      if (own !== undefined) rmSync(dirname(own), { recursive: true, force: true });
    });

    async function reopen(onCommit = 'off'): Promise<void> {
      const env = { GITMOXI_STORE: join(place.data, 'store.db') };
      const settings = { 'gitmoxi.endpoint': sandbox.endpoint, 'gitmoxi.deployOnCommit': onCommit };
      place.editor = await startEditor({ data: place.data, settings, env });
      person = await Person.open(place, own);
      await person.openView();
    }

    /** The rollout under way, who runs it, and what happened to it. */
    async function underWay() {
      const store = await openStore(join(place.data, 'store.db'));
      try {
        const [stored] = await store.list({ unfinished: true });
        assert.ok(stored !== undefined, 'nothing is under way');
        const events = await store.events(stored.record.id, 0);
        return { owner: stored.owner, resumed: events.filter(({ code }) => code === 'rollout.resumed').length };
      } finally {
        store.close();
      }
    }

    // What happened to the rollouts says more than the window does.
    afterEach(async function () {
      if (this.currentTest?.state !== 'failed') return;
      const store = await openStore(join(place.data, 'store.db'));
      try {
        for (const { record } of await store.list({})) {
          process.stderr.write(`${record.workload}: ${record.phase}\n`);
          for (const event of await store.events(record.id, 0)) process.stderr.write(`  ${JSON.stringify(event)}\n`);
        }
      } finally {
        store.close();
      }
    });

    const moving = /^thumbnails.*shifting.*10 %/;

    it('shows one canary in two windows, and goes on in the other when one of them crashes', async () => {
      await person.fromContextMenu(/^thumbnails/, 'Deploy');
      await person.answer('Create shop-thumbnails', 'Deploy');
      await person.row(/^thumbnails.*in sync/).waitFor();
      changeIn(own, 'thumbnails_lambdainput.json', (text) => text.replace('2.0.1', '2.1.0'), 'Make better thumbnails');
      await person.fromContextMenu(/^thumbnails/, 'Deploy');
      await person.answer('Update shop-thumbnails', 'Deploy');
      await person.row(moving).waitFor();
      // VS Code asks no extension before it closes a window: its own question is offered.
      await person.answer('Rollouts go on only while their window is open', 'Ask before Closing');
      await person.insist(
        () => person.page.waitForTimeout(WRITTEN_MS),
        async () => settingsOf(place.data)['window.confirmBeforeClose'] === 'always',
      );
      const other = await Person.open(place, own);
      await other.openView();
      await other.row(moving).waitFor();
      const first = await underWay();
      assert.equal(first.resumed, 0);
      // Its extension host, and with it all that the window ran.
      process.kill(first.owner!.pid, 'SIGKILL');
      await other.notification('goes on in this window').waitFor();
      await other.row(moving).waitFor();
      await other.look('14-goes-on-in-another-window');
      const second = await underWay();
      assert.notEqual(second.owner?.pid, first.owner?.pid);
      assert.ok(second.resumed > first.resumed);
      await other.page.close();
    });

    it('goes on with the canary when every window was killed and one is opened again', async () => {
      const before = await underWay();
      await person.page.close();
      await place.editor.stop();
      await reopen('ask');
      await person.notification('goes on in this window').waitFor();
      await person.row(moving).waitFor();
      await person.page.locator('.statusbar-item').filter({ hasText: '1 rollout here' }).waitFor();
      await person.look('15-taken-up');
      assert.ok((await underWay()).resumed > before.resumed);
      await person.closeNotifications();
    });

    it('hands the canary over when its window is loaded anew', async () => {
      const before = await underWay();
      await person.reload();
      await person.notification('goes on in this window').waitFor();
      await person.row(moving).waitFor();
      const after = await underWay();
      assert.notEqual(after.owner?.pid, before.owner?.pid);
      assert.ok(after.resumed > before.resumed);
      await person.fromContextMenu(moving, 'Promote Rollout');
      await person.row(/^thumbnails.*in sync/).waitFor();
      await person.closeNotifications();
    });

    it('asks whether to deploy a commit, with what it changes', async () => {
      changeIn(own, 'thumbnails_lambdainput.json', (text) => text.replace('2.1.0', '2.2.0'), 'Make them sharper');
      await person.run('Git: Refresh');
      await person.notification(/Commit [0-9a-f]{7} on main changes .*thumbnails/).waitFor();
      await person.look('16-commit');
      await person.answer(/Commit [0-9a-f]{7} on main/, 'Plan and Deploy');
      await person.notification('Update shop-thumbnails').waitFor();
      await person.answer('Update shop-thumbnails', 'Cancel');
    });
  });

  it('fits long names and many places into a sidebar of 300 pixels', async () => {
    await person.page.close();
    const many = makeLongNames();
    try {
      person = await Person.open(place, many);
      await person.openView();
      await person.run('GitMoxi: Try It without AWS: Start Sandbox');
      await person.row(/^web.*never deployed/).waitFor();
      await person.row(/^customer-.*….*-v2new/).waitFor();
      const { width } = (await person.page.locator('.part.sidebar').boundingBox())!;
      assert.ok(width <= 302, `${width}`);
      assert.deepEqual(await person.cutOff(), []);
      await person.look('17-long-names');
    } finally {
      rmSync(dirname(many), { recursive: true, force: true });
    }
  });

  it('says of a folder outside of every repository why its workloads are missing, and offers to make it one', async () => {
    const folder = dirname(repo);
    const legacy = join(folder, 'legacy');
    cpSync(join(repo, 'examples/shop'), legacy, { recursive: true });
    const workspace = join(folder, 'both.code-workspace');
    writeFileSync(workspace, JSON.stringify({ folders: [{ path: repo }, { path: legacy }] }));
    // On a busy machine VS Code now and then opens a workspace file without its folders.
    const branch = () => person.page.locator('.statusbar-item').filter({ hasText: 'main' }).first();
    await person.insist(
      async () => {
        await person.page.close();
        person = await Person.open(place, workspace);
      },
      () => appears(branch(), FOLDERS_MS),
    );
    await person.openView();
    const row = person.row(/^legacynot in a Git repository/);
    await row.waitFor();
    assert.deepEqual(await person.cutOff(), []);
    await person.look('18-outside-of-git');
    await person.pointAt(row, 'a commit is the request to deploy');
    await person.press(row, person.page.locator('.quick-input-widget').filter({ hasText: legacy }));
    await person.page.keyboard.press('Escape');
  });

  it('says in an empty window what to do', async () => {
    await person.page.close();
    person = await Person.open(place);
    await person.openView();
    await person.page.locator('.sidebar .monaco-button').filter({ hasText: 'Open Folder' }).waitFor();
    await person.look('19-empty-window');
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
    await person.look('20-restricted');
  });
});
