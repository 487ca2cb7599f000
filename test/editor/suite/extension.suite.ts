/** The extension in a real extension host. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const extension = () => vscode.extensions.getExtension('gitmoxi.gitmoxi')!;

describe('the extension', () => {
  it('activates', async () => {
    await extension().activate();
    assert.ok(extension().isActive);
  });

  // How long that takes is measured in bench/host.ts.
  it('opens its engine, which has the AWS clients and Git, only after it is active', () => {
    const [active] = performance.getEntriesByName('gitmoxi.activate');
    assert.ok(active !== undefined);
    const opened = performance.getEntriesByName('gitmoxi.engine').map(({ startTime }) => startTime);
    assert.ok(opened.every((at) => at > active.startTime + active.duration));
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
