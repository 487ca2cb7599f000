/** The extension's manifest and its code name the same things. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTable } from '../../client/commands.ts';
import {
  COMMANDS,
  CREDENTIAL_TROUBLES,
  CREDENTIALS_VIEW,
  LANGUAGE,
  ROLLOUTS_VIEW,
  SETTINGS,
  WELCOMES,
} from '../../client/manifestIds.ts';
import { SUFFIXES } from '../../engine/config/index.ts';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const { contributes } = manifest;

const nothing = async () => undefined;
const commands = commandTable({
  deploying: { plan: nothing, compare: nothing, deploy: nothing },
  rollBack: nothing,
  rehearse: nothing,
  steering: { pause: nothing, resume: nothing, promote: nothing, abort: nothing, hold: nothing, release: nothing },
  reports: { logs: nothing, explain: nothing },
  timeline: nothing,
  files: { open: nothing, copyArn: nothing, openConsole: nothing },
  sandbox: { start: nothing, stop: nothing, chooseScenario: nothing },
  rollouts: { refresh: nothing },
  preview: { show: nothing },
  restartServer: nothing,
  showOutput: () => {},
});

/** Commands of the context menu, not of the row's buttons, for a node's context words, without their prefix. */
function menuOf(context: string): string[] {
  const holds = (clause: string) => {
    const pattern = /^viewItem =~ \/(.+)\/$/.exec(clause)?.[1];
    if (pattern !== undefined) return new RegExp(pattern).test(context);
    return clause === `view == ${ROLLOUTS_VIEW}` || clause === `viewItem == ${context}`;
  };
  return contributes.menus['view/item/context']
    .filter(({ group, when }) => !group.startsWith('inline') && when.split(' && ').every(holds))
    .map(({ command }) => command.replace('gitmoxi.', ''));
}

describe("the extension's manifest", () => {
  it('has the commands that are registered, each once', () => {
    const registered = commands.map(({ id }) => id).sort();
    assert.deepEqual(registered, Object.values(COMMANDS).sort());
    assert.deepEqual(contributes.commands.map(({ command }) => command).sort(), registered);
  });

  it('puts only its own commands into menus', () => {
    const used = Object.values(contributes.menus).flatMap((items) => items.map(({ command }) => command));
    const own = new Set<string>(Object.values(COMMANDS));
    assert.deepEqual(
      used.filter((id) => !own.has(id)),
      [],
    );
  });

  it('has the view that is filled, and a welcome text for each reason that it is empty', () => {
    assert.deepEqual(
      Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id)),
      [ROLLOUTS_VIEW, CREDENTIALS_VIEW],
    );
    const whensOf = (view: string) =>
      contributes.viewsWelcome.filter((welcome) => welcome.view === view).map(({ when }) => when);
    const named = (view: string) => whensOf(view).flatMap((when) => when.split(`${view} == `).slice(1));
    const whens = whensOf(ROLLOUTS_VIEW);
    assert.deepEqual(named(ROLLOUTS_VIEW).sort(), WELCOMES.filter((welcome) => welcome !== 'rows').sort());
    assert.deepEqual(named(CREDENTIALS_VIEW), [...CREDENTIAL_TROUBLES]);
    for (const { contents } of contributes.viewsWelcome) assert.match(contents, /\n\[[^\]]+\]\(command:/, contents);
    assert.ok(whens.some((when) => when.includes('!isWorkspaceTrusted')));
    assert.ok(whens.some((when) => when.includes('workbenchState == empty')));
  });

  for (const [what, context, offered] of [
    ['a workload that was never deployed', 'workload ecs', 'deploy deployWorktree plan rehearse hold compareWithLive'],
    [
      'a workload that was rolled out',
      'workload ecs hasRollout ended good',
      'deploy deployWorktree plan rehearse rollback hold timeline logs compareWithLive',
    ],
    [
      'a held workload whose last rollout failed',
      'workload ecs held hasRollout ended failed',
      'deploy deployWorktree plan rehearse rollback release timeline logs explain compareWithLive',
    ],
    [
      'a workload that is rolled out now',
      'workload ecs hasRollout inProgress',
      'deploy deployWorktree plan rehearse pause abort hold timeline logs compareWithLive',
    ],
    ['a rollout at a step', 'rollout hasRollout inProgress promotable', 'pause promote abort timeline logs'],
    ['a paused rollout', 'rollout hasRollout inProgress paused promotable', 'resume promote abort timeline logs'],
    ['a good rollout of the past', 'rollout hasRollout ended good', 'rollback timeline logs'],
    ['a failed rollout of the past', 'rollout hasRollout ended failed', 'timeline logs explain'],
    ['an event', 'event', ''],
    ['a group of workloads', 'group', ''],
  ] as const) {
    it(`offers in the menu of ${what} what can be done with it`, () => {
      const of = menuOf(context).filter((id) => !['openFiles', 'copyArn', 'openConsole'].includes(id));
      assert.equal(of.join(' '), offered);
    });
  }

  it('gives the language to the eight suffixes', () => {
    const [language] = contributes.languages;
    assert.equal(language?.id, LANGUAGE);
    assert.deepEqual(
      language.filenamePatterns.sort(),
      Object.keys(SUFFIXES)
        .map((suffix) => `*${suffix}`)
        .sort(),
    );
    assert.deepEqual(
      contributes.grammars.map(({ language: id }) => id),
      [LANGUAGE],
    );
  });

  it('offers the preview for the suffixes that are templates, and for no other file', () => {
    const when = contributes.menus['editor/title'][0]!.when;
    const pattern = new RegExp(/resourceFilename =~ \/(.+)\/$/.exec(when)![1]!);
    for (const [suffix, { template }] of Object.entries(SUFFIXES)) {
      assert.equal(pattern.test(`web${suffix}`), template, suffix);
    }
  });

  it('declares the settings that are read, and keeps what leads to AWS out of the hands of an untrusted folder', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(Object.keys(properties).sort(), Object.values(SETTINGS).sort());
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    for (const name of [SETTINGS.store, SETTINGS.profile, SETTINGS.endpoint, SETTINGS.deployOnCommit]) {
      assert.ok(restrictedConfigurations.includes(name), name);
    }
    for (const [name, setting] of Object.entries(properties)) {
      // In a remote window VS Code takes no other scope from the person's own settings.
      assert.match(setting.scope, /^(window|resource)$/, name);
      const described = 'description' in setting ? setting.description : setting.markdownDescription;
      assert.ok(described.length > 20);
    }
  });

  it('offers nothing that deploys without trust', () => {
    const free = ['gitmoxi.preview', 'gitmoxi.restartServer', 'gitmoxi.showOutput'];
    for (const command of contributes.commands) {
      const enablement = 'enablement' in command ? command.enablement : undefined;
      assert.equal(
        enablement?.includes('isWorkspaceTrusted') ?? false,
        !free.includes(command.command),
        command.command,
      );
    }
  });

  it('names files that exist, and that are JSON where they should be', () => {
    const files = [
      ...contributes.languages.map(({ configuration }) => configuration),
      ...contributes.grammars.map(({ path }) => path),
      ...contributes.snippets.map(({ path }) => path),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.markdown)),
      manifest.icon,
      ...Object.values(contributes.viewsContainers).flatMap((containers) => containers.map(({ icon }) => icon)),
    ];
    for (const file of files) {
      assert.ok(existsSync(join(ROOT, file)), file);
      if (file.endsWith('.json')) JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
    }
  });

  it('has a grammar whose rules all exist and whose patterns are valid', () => {
    const grammar = JSON.parse(readFileSync(join(ROOT, contributes.grammars[0]!.path), 'utf8'));
    const included = new Set<string>();
    const visit = (rule: unknown): void => {
      if (typeof rule !== 'object' || rule === null) return;
      for (const [key, value] of Object.entries(rule)) {
        if (key === 'include') included.add(value);
        else if (['match', 'begin', 'end'].includes(key)) new RegExp(value);
        else visit(value);
      }
    };
    visit(grammar);
    assert.equal(grammar.scopeName, contributes.grammars[0]!.scopeName);
    assert.deepEqual(
      [...included].filter((name) => !Object.hasOwn(grammar.repository, name.slice(1))),
      [],
    );
  });
});
