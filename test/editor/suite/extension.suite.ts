/** The extension in a real extension host. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const extension = () => vscode.extensions.getExtension('gitmoxi.gitmoxi')!;

describe('the extension', () => {
  it('activates', async () => {
    await extension().activate();
    assert.ok(extension().isActive);
  });

  it('is active within 100 ms', () => {
    const [measure] = performance.getEntriesByName('gitmoxi.activate');
    assert.ok(measure !== undefined && measure.duration < 100, `${measure?.duration} ms`);
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
