/** The extension's manifest and its code name the same things. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTable } from '../../client/commands.ts';
import { COMMANDS, LANGUAGE, ROLLOUTS_VIEW, SETTINGS, WELCOMES } from '../../client/manifestIds.ts';
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
      [ROLLOUTS_VIEW],
    );
    const whens = contributes.viewsWelcome.map(({ view, when }) => {
      assert.equal(view, ROLLOUTS_VIEW);
      return when;
    });
    const named = whens.flatMap((when) => /gitmoxi\.rollouts == (\w+)/.exec(when)?.[1] ?? []);
    assert.deepEqual(named.sort(), WELCOMES.filter((welcome) => welcome !== 'rows').sort());
    assert.ok(whens.some((when) => when.includes('!isWorkspaceTrusted')));
    assert.ok(whens.some((when) => when.includes('workbenchState == empty')));
  });

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
    for (const setting of Object.values(properties)) {
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
