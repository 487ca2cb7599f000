/** Text of repositories and of AWS in what the server answers: it is shown as it is, and never is markup or a link. */
import assert from 'node:assert/strict';
import {
  CodeActionRequest,
  type CompletionItem,
  CompletionItemKind,
  CompletionRequest,
  DocumentSymbolRequest,
  HoverRequest,
  InlayHintRequest,
  type MarkupContent,
} from 'vscode-languageserver/node';
import { plainOfMarkdown } from '../../server/plain.ts';
import { type TestClient, uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const HOSTILE: Readonly<Record<string, string>> = {
  'a command link': '[x](command:workbench.action.quit)',
  'a link with a title': '[x](https://evil.example "t")',
  'an image': '![x](https://evil.example/x.png)',
  'a reference': '[x]: https://evil.example',
  HTML: '<img src=x onerror=alert(1)>',
  'an end of a block': '```\n# heading\n[x](command:a)',
  'a block of another kind': '~~~\n# heading',
  'an empty line and a heading': 'a\n\n# heading\n\n<b>x</b>\n\n[x](command:a)',
  'carriage returns': 'a\r\r# heading\r\n\r\n[x](command:a)',
  'an icon': '$(trash)',
  'a table': '| a |\n|---|\n| b |',
  'an address': 'https://evil.example',
  'an address in angle brackets': '<command:workbench.action.quit>',
  'a backslash': '\\',
  'a backtick': '`',
  'backticks and a link': '``` `` ` [x](command:a) ` `` ```',
  'a long text': 'x'.repeat(100_000),
  'a long text of lines': '[x](command:a)\n\n'.repeat(10_000),
  'letters from right to left': 'a\u202egnp.exe\u2066b',
  'control characters': 'a\u0000\u001b[31mb\u007f\u0085',
  'line separators': 'a\u2028\u2028# b\u2029c',
  nothing: '',
  blanks: ' ',
  'a name of every object': '__proto__',
};

/** What is left of Markdown without its code: what may be markup. */
function outsideCode(markdown: string): string {
  // A block ends with the first line that is its fence, as CommonMark has it.
  const prose = markdown.replace(/^(`{3,})[^\n`]*\n[\s\S]*?^\1`*[ \t]*$/gm, '');
  // Code in a line ends with as many backticks, in the same paragraph.
  return prose
    .split(/\n[ \t]*\n/)
    .map((paragraph) => paragraph.replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, ''))
    .join('\n\n');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

function assertHarmless(markdown: string, longest = 6000): void {
  const prose = outsideCode(markdown);
  assert.doesNotMatch(prose, /[[\]<>`\\|~]|:\/\/|command:|^[ \t]*#|^[ \t]{4}|\$\(/m, prose.slice(0, 300));
  assert.doesNotMatch(markdown, UNSEEN);
  assert.ok(markdown.length < longest, `${markdown.length} characters`);
}

function assertLine(text: string | undefined, longest = 200): void {
  if (text === undefined) return;
  assert.doesNotMatch(text, UNSEEN);
  assert.doesNotMatch(text, /\n/);
  assert.ok(text.length <= longest, `${text.length} characters`);
}

const PATH = 'dev/web_svcdef.json';
const textDocument = { uri: uriOf(PATH) };

const linesOf = (text: string) => text.split(/\r\n|[\r\n]/);
const whole = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };

/** A service of which every value is hostile: inputs, members, names, sources of expressions, other files' names. */
function filesOf(hostile: string): Map<string, string> {
  const literal = `'${hostile.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const service = `{
  "serviceName": {{ value | tojson }},
  "cluster": "{{ conf.missing }}{{ printed }}",
  "role": "{% for one in many %}{{ one }}{% endfor %}",
  ${JSON.stringify(hostile)}: {{ conf | tojson }},
  "loadBalancers": [{ "containerName": "", "containerPort": 1, "targetGroupArn": "{{ many[0] }}" }],
  "taskDefinition": "{% set own = ${literal} %}{{ own }}{{ ( ${literal} ) }}{{  }}{{ conf. }}"
}
`;
  const values = {
    value: hostile,
    printed: hostile,
    conf: { [hostile]: hostile, plain: hostile },
    many: [hostile, 'b'],
  };
  const container = { name: hostile, image: hostile, portMappings: [{ containerPort: 80, name: hostile }] };
  return new Map([
    [PATH, service],
    ['dev/web_taskdef.json', JSON.stringify({ family: 'web', containerDefinitions: [container] })],
    ['dev/web_input.json', JSON.stringify({ ref: { type: 'JSON', file: 'dir `](command:a)/out.json' } })],
    ['dir `](command:a)/out.json', JSON.stringify({ ...values, [hostile]: hostile })],
  ]);
}

function positionAt(text: string, offset: number) {
  const before = linesOf(text.slice(0, offset));
  return { line: before.length - 1, character: before.at(-1)!.length };
}

/** In tags: elsewhere AWS's own documentation is shown, with its links. */
async function everyHover(client: TestClient, text: string): Promise<string[]> {
  const found = new Set<string>();
  for (const { index, 0: tag } of text.matchAll(/\{[{%][\s\S]*?[%}]\}/g)) {
    for (let at = 0; at < Math.min(tag.length, 150); at += 3) {
      const position = positionAt(text, index + at);
      const hover = await client.connection.sendRequest(HoverRequest.type, { textDocument, position });
      if (hover === null) continue;
      const { kind, value } = hover.contents as MarkupContent;
      assert.equal(kind, 'markdown');
      found.add(value);
    }
  }
  return [...found];
}

async function everyCompletion(client: TestClient, text: string): Promise<CompletionItem[]> {
  const lines = linesOf(text);
  const spots = ['"containerName": "', '{{ ', 'conf.', 'many[', '"cluster": "'].map((before) => {
    const line = lines.findIndex((one) => one.includes(before));
    return { line, character: lines[line]!.indexOf(before) + before.length };
  });
  const found: CompletionItem[] = [];
  for (const position of spots) {
    const answer = await client.connection.sendRequest(CompletionRequest.type, { textDocument, position });
    found.push(...(Array.isArray(answer) ? answer : (answer?.items ?? [])));
  }
  return found;
}

describe('hostile text', () => {
  for (const [what, hostile] of Object.entries(HOSTILE)) {
    it(`is text wherever it is shown: ${what}`, () => {
      const files = filesOf(hostile);
      const text = files.get(PATH)!;
      return withClient(memoryReader(files), async (client) => {
        await client.open(PATH, text);
        await client.until(() => client.published.has(textDocument.uri));
        const hovers = await everyHover(client, text);
        assert.ok(hovers.length > 3, `${hovers.length} hovers`);
        for (const hover of hovers) assertHarmless(hover);
        for (const item of await everyCompletion(client, text)) {
          assertLine(item.label);
          assertLine(item.detail);
          // AWS's own words have links.
          const isOurs = item.kind === CompletionItemKind.Variable || item.kind === CompletionItemKind.Field;
          if (isOurs && item.documentation) assertHarmless((item.documentation as MarkupContent).value);
        }
        const hints = await client.connection.sendRequest(InlayHintRequest.type, { textDocument, range: whole });
        for (const { label } of hints ?? []) assertLine(label as string, 40);
        for (const { diagnostics } of client.published.values()) {
          for (const { message, relatedInformation = [] } of diagnostics) {
            assert.ok(typeof message === 'string' && message.length <= 2001);
            assert.doesNotMatch(message, UNSEEN);
            for (const related of relatedInformation) assertLine(related.message, 1000);
          }
        }
        const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument });
        for (const symbol of symbols ?? []) {
          assertLine(symbol.name);
          if ('detail' in symbol) assertLine(symbol.detail);
        }
        const actions = await client.connection.sendRequest(CodeActionRequest.type, {
          textDocument,
          range: whole,
          context: { diagnostics: [] },
        });
        for (const { title } of actions ?? []) assertLine(title);
      });
    });
  }

  it('is what plain text has, too, for clients without Markdown', () => {
    assert.equal(plainOfMarkdown('```json\n"**a** [x](y) \\\\* `"\n```'), '"**a** [x](y) \\\\* `"');
    assert.equal(plainOfMarkdown('`[x](y) **` and **`b`**'), '[x](y) ** and b');
  });
});
