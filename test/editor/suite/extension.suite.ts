/** The extension in a real extension host. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';

const extension = () => vscode.extensions.getExtension('gitmoxi.gitmoxi')!;

describe('the extension', () => {
  it('activates', async () => {
    await extension().activate();
    assert.ok(extension().isActive);
  });

  // How long that takes is measured in bench/host.ts.
  it('loads neither its engine, which has the AWS clients and Git, nor the sandbox, before they are needed', () => {
    const bundles = Object.keys(createRequire(extension().extensionPath).cache)
      .filter((path) => dirname(path) === join(extension().extensionPath, 'dist'))
      .map((path) => basename(path));
    assert.deepEqual(bundles, ['client.cjs']);
  });

  it('has every command of its manifest', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const declared: { command: string }[] = extension().packageJSON.contributes.commands;
    assert.deepEqual(
      declared.filter(({ command }) => !known.has(command)),
      [],
    );
  });
});
