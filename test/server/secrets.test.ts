/** Whatever Terraform marks as secret is in no answer of the server, and in none of its logs. */
import assert from 'node:assert/strict';
import {
  CodeActionRequest,
  CompletionRequest,
  DocumentSymbolRequest,
  HoverRequest,
  InlayHintRequest,
  LogMessageNotification,
  PrepareRenameRequest,
  SemanticTokensRequest,
} from 'vscode-languageserver/node';
import { renderPreview } from '../../server/index.ts';
import { type TestClient, uriOf, withClient } from './client.ts';
import { memoryReader } from './fixture.ts';

const SECRETS = {
  password: 'hunter2',
  db: { user: 'swordfish', deep: [{ pin: 7331 }] },
  hosts: ['first-secret', 'other-secret'],
  count: 4242,
};

const OUTPUT = JSON.stringify(
  Object.fromEntries(
    Object.entries(SECRETS).map(([name, value]) => [name, { sensitive: true, type: 'string', value }]),
  ),
);

/** What an answer may not have, as it is or as filters make it. */
const TOLD = /hunter2|HUNTER2|Hunter2|2retnuh|swordfish|SWORDFISH|7331|first-secret|other-secret|4242|aHVudGVy/;

const PATH = 'dev/web_svcdef.json';
const textDocument = { uri: uriOf(PATH) };

const TEMPLATES: Readonly<Record<string, string>> = {
  'as it is': '{ "cluster": "{{ password }}" }',
  'a member': '{ "cluster": "{{ db.user }}", "role": "{{ db[\'user\'] }}", "x": {{ db.deep[0].pin }} }',
  'an item': '{ "cluster": "{{ hosts[0] }}{{ hosts | first }}{{ hosts | last }}" }',
  filters:
    '{ "cluster": "{{ password | upper }}{{ password | reverse }}{{ password | title }}{{ password | replace(\'x\', \'y\') }}" }',
  'a concatenation': '{ "cluster": "a-{{ "x" ~ password ~ "y" }}-b{{ password + "z" }}{{ "%s" | format(password) }}" }',
  'a variable': '{% set own = password %}{% set more = own ~ "-x" %}{ "cluster": "{{ own }}{{ more }}" }',
  'a block that is set': '{% set own %}<{{ password }}>{% endset %}{ "cluster": "{{ own }}" }',
  'a namespace': '{% set ns = namespace(a=1) %}{% set ns.a = password %}{ "cluster": "{{ ns.a }}" }',
  'a dict that is changed': '{% set d = {} %}{% set _ = d.update({"k": password}) %}{ "cluster": "{{ d.k }}{{ d }}" }',
  with: '{% with own = password %}{ "cluster": "{{ own }}" }{% endwith %}',
  'a macro': '{% macro m(x, y=password) %}{{ x }}{{ y }}{% endmacro %}{ "cluster": "{{ m(db.user) }}" }',
  'a call block':
    '{% macro m(x) %}{{ caller() }}{% endmacro %}{ "cluster": "{% call m(1) %}{{ password }}{% endcall %}" }',
  'a filter block': '{ "cluster": "{% filter upper %}{{ password }}{% endfilter %}" }',
  'a loop': '{ "a": [{% for one in hosts %}"{{ one }}"{% if not loop.last %},{% endif %}{% endfor %}] }',
  'a loop over members':
    '{ {% for key, value in db.items() %}"{{ key }}": {{ value | tojson }}{% if not loop.last %},{% endif %}{% endfor %} }',
  'a loop over letters': '{ "cluster": "{% for c in password %}{{ loop.previtem }}{{ password }}{% endfor %}" }',
  'as JSON': '{ "a": {{ db | tojson }}, "b": {{ hosts | tojson }}, "c": {{ {"p": password} | tojson }} }',
  'as text': '{ "a": "{{ db }}", "b": "{{ hosts }}", "c": "{{ hosts | join(",") }}" }',
  'a wrong type':
    '{ "desiredCount": "{{ password }}", "loadBalancers": {{ count }}, "serviceName": {{ count }}, "tags": "{{ hosts | join(",") }}" }',
  'out of range':
    '{ "desiredCount": -{{ count }}, "healthCheckGracePeriodSeconds": {{ count }}{{ count }}{{ count }} }',
  'not allowed': '{ "launchType": "{{ password }}", "schedulingStrategy": "{{ db.user }}" }',
  'a key': '{ "{{ password }}": 1, "{{ db.user }}": { "a": 1 }, "{{ password }}": 2 }',
  'no quotes': '{ "cluster": {{ password }}, "role": {{ db }} }',
  'a mistake beside it': '{ "cluster": "{{ password }}" "role": "a" }',
  'a wrong member': '{ "cluster": "{{ password.no.more }}{{ db.user.nothing() }}{{ db.missing }}" }',
  'a wrong filter':
    '{ "cluster": "{{ password | nope }}{{ password | int(base=99) }}{{ 1 / (password | length - 7) }}" }',
  'a key that is looked for': '{ "cluster": "{{ {"a": 1}[password] }}{{ db[password] }}" }',
  'a condition': '{ "cluster": "{{ password if password else "" }}{{ password or "x" }}" }',
  'half typed': '{ "cluster": "{{ password | }}", "role": "{{ db. }}", "x": {{ hosts[ }} }',
  'a variable with it as a member':
    '{% set own = {password: db.user} %}{ "cluster": , "capacityProviderStrategy": , "role": "{{ own. }}" }',
  'an object of it': '{ "cluster": "{{ {password: 1}. }}{{ dict(a=password). }}{{ {"k": {password: 2}}.k. }}" }',
};

/** Everything that the server says about the file, as text. */
async function everything(client: TestClient, text: string): Promise<string[]> {
  const { connection } = client;
  // A refusal is an answer, too.
  const ask = async (method: string, params: object) => {
    const answer = await connection.sendRequest(method, params).catch((error: Error) => error.message);
    return `${method}: ${JSON.stringify(answer)}`;
  };
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: text.length } };
  const answers = [
    await ask(InlayHintRequest.method, { textDocument, range }),
    await ask(DocumentSymbolRequest.method, { textDocument }),
    await ask(SemanticTokensRequest.method, { textDocument }),
    await ask(renderPreview.method, { uri: textDocument.uri }),
    await ask(CodeActionRequest.method, { textDocument, range, context: { diagnostics: [] } }),
    JSON.stringify([...client.published]),
  ];
  for (let character = 0; character <= text.length; character++) {
    const at = { textDocument, position: { line: 0, character } };
    answers.push(await ask(HoverRequest.method, at), await ask(PrepareRenameRequest.method, at));
    answers.push(await ask(CompletionRequest.method, at));
    if (character % 4 === 0)
      answers.push(
        await ask(CodeActionRequest.method, {
          textDocument,
          range: { start: at.position, end: at.position },
          context: { diagnostics: [] },
        }),
      );
  }
  return answers;
}

const filesOf = (text: string) =>
  new Map([
    [PATH, text],
    [
      'dev/web_taskdef.json',
      '{ "family": "web", "containerDefinitions": [{ "name": "{{ password }}", "image": "{{ db.user }}", "portMappings": [{ "containerPort": {{ count }}, "name": "{{ hosts[0] }}" }] }], "volumes": [{ "name": "{{ hosts[1] }}" }] }',
    ],
    [
      'dev/web_depdef.json',
      '{ "environment": { "region": "{{ hosts[1] }}" }, "gmDeploymentCircuitBreaker": { "failureThreshold": {{ count }} } }',
    ],
    ['dev/web_input.json', '{ "ref": { "type": "TERRAFORM", "file": "out.json" } }'],
    ['out.json', OUTPUT],
  ]);

describe('a secret', () => {
  for (const [what, text] of Object.entries(TEMPLATES)) {
    it(`is in no answer: ${what}`, () =>
      withClient(memoryReader(filesOf(text)), async (client) => {
        const logged: string[] = [];
        client.connection.onNotification(LogMessageNotification.type, ({ message }) => {
          logged.push(message);
        });
        await client.open(PATH, text);
        await client.until(() => client.published.has(textDocument.uri));
        const told = [...(await everything(client, text)), ...logged].filter((answer) => TOLD.test(answer));
        assert.deepEqual(
          told.map((one) => one.slice(0, 600)),
          [],
        );
      })).timeout(20_000);
  }

  it('is in no words about a number that it fed', () => {
    const files = filesOf('{ "serviceName": "web", "desiredCount": {{ count }} }');
    const path = 'dev/web_depdef.json';
    const text = '{ "gmDeploymentCircuitBreaker": { "failureThresholdPercent": 50 } }';
    return withClient(memoryReader(files), async (client) => {
      await client.open(path, text);
      await client.until(() => client.published.has(uriOf(path)));
      const hover = await client.connection.sendRequest(HoverRequest.type, {
        textDocument: { uri: uriOf(path) },
        position: { line: 0, character: 40 },
      });
      assert.doesNotMatch(JSON.stringify(hover), /4242|2121/);
    });
  });

  it('is in nothing that is said of the file that has it', () =>
    withClient(memoryReader(filesOf(TEMPLATES['a member']!)), async (client) => {
      await client.scanned('web');
      const uri = uriOf('out.json');
      await client.open('out.json', OUTPUT);
      for (let character = 0; character < OUTPUT.length; character += 2) {
        const hover = await client.connection.sendRequest(HoverRequest.type, {
          textDocument: { uri },
          position: { line: 0, character },
        });
        assert.doesNotMatch(JSON.stringify(hover), TOLD);
      }
      const symbols = await client.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } });
      assert.doesNotMatch(JSON.stringify(symbols), TOLD);
    }));
});
