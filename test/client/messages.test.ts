import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plain } from '../../client/rollouts/explanationText.ts';
import { unlinked, unlinkedSource, withoutIcons } from '../../client/words.ts';

const CLIENT = resolve(import.meta.dirname, '../../client');

/** What VS Code makes links of in notifications (its `parseLinkedText`). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('messages', () => {
  it('have no links to commands, pages or files, whatever names and commits say', () => {
    for (const text of [
      'Commit [press](command:workbench.action.quit) changes web',
      '[a](https://example.com "b") [c](file:///etc/passwd)',
    ]) {
      assert.match(text, LINK);
      assert.doesNotMatch(unlinked(text), LINK);
    }
    assert.equal(unlinked('containerDefinitions[0].image (web)'), 'containerDefinitions[0].image (web)');
  });

  it('have none in Markdown that is read as it is written', () => {
    const source = '# [a](command:b) <command:c> <https://d>\n\n- [e]: command:f\n- desiredCount: 3, tags[0]: x < y\n';
    assert.equal(
      unlinkedSource(source),
      '# [a] (command:b) < command:c> < https://d>\n\n- [e] : command:f\n- desiredCount: 3, tags[0]: x < y\n',
    );
  });

  it('are shown by one module, which takes care of that', () => {
    const sources = readdirSync(CLIENT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const showing = sources.filter((name) =>
      /\.show(Information|Warning|Error)Message\(/.test(readFileSync(join(CLIENT, name), 'utf8')),
    );
    assert.deepEqual(showing, ['messages.ts']);
  });

  it('have neither markup nor links in Markdown', () => {
    assert.equal(
      plain('![i](https://example.com/a.png) www.example.com a@example.com <b>\n# it: 1/2'),
      '\\!\\[i\\]\\(https\\://example.com/a.png\\) www\\.example.com a\\@example.com \\<b\\> \\# it: 1/2',
    );
  });

  it('of lists have no icons but ours', () => {
    assert.equal(withoutIcons('Warn $(alert) and $(sync~spin)'), 'Warn \\$(alert) and \\$(sync~spin)');
    assert.equal(withoutIcons('Cost $(5 of 7) and $HOME'), 'Cost $(5 of 7) and $HOME');
  });
});
