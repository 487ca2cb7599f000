/** What the editor knows of AWS where the person lets it ask: here of the sandbox that the window runs. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { configure, run, shopFile, until } from './window.ts';

describe('a window that may ask AWS what there is', function () {
  this.timeout(90_000);

  it('offers what there is and warns of what is not, as long as its sandbox runs', async () => {
    await run('gitmoxi.sandbox.start');
    await configure('awsKnowledge', true);
    const document = await vscode.workspace.openTextDocument(shopFile('web_svcdef.json'));
    const editor = await vscode.window.showTextDocument(document);
    const codes = () =>
      vscode.languages.getDiagnostics(document.uri).map(({ code }) => (typeof code === 'object' ? code.value : code));
    try {
      const text = document.getText();
      const written = /"cluster":\s*"([^"]*)"/.exec(text);
      assert.ok(written);
      const start = document.positionAt(written.index + written[0].length - 1 - written[1]!.length);
      const range = new vscode.Range(start, document.positionAt(written.index + written[0].length - 1));
      await editor.edit((builder) => builder.replace(range, 'nowhere'));
      await until(() => codes().includes('aws.no-cluster'));
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        start.translate(0, 1),
      );
      assert.ok(
        items.some(({ detail }) => detail === 'ECS cluster'),
        JSON.stringify(items.slice(0, 5)),
      );
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
      );
      assert.ok(lenses.some(({ command }) => command?.title === 'No rollout yet'));
      await configure('awsKnowledge', false);
      await until(() => !codes().includes('aws.no-cluster'));
      await configure('awsKnowledge', true);
      await until(() => codes().includes('aws.no-cluster'));
      await run('gitmoxi.sandbox.stop');
      await until(() => !codes().includes('aws.no-cluster'));
    } finally {
      await configure('awsKnowledge', undefined);
      await run('workbench.action.files.revert');
      await run('workbench.action.closeAllEditors');
      await run('gitmoxi.sandbox.stop');
    }
  });
});
