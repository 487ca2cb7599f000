/** What is said of templates whose output is no JSON, and where: at the place in the template. */
import assert from 'node:assert/strict';
import { checkWorkload } from '../../../engine/check/index.ts';
import { parseFixture } from '../../server/fixture.ts';
import { checkFine, sourceOf } from './rules/checkRule.ts';

const INPUT = {
  ports: [80, 81],
  image: 'nginx',
  command: ['run', 'fast'],
  isMain: true,
  cpu: 10,
  quoted: 'say "hi"',
  lines: 'a\nb',
};

const fixtureOf = (containers: string): string => `//- web_svcdef.json
{ "serviceName": "web", "launchType": "EC2" }
//- web_taskdef.json
{
  "family": "web", "memory": "512",
  "containerDefinitions": ${containers}
}
//- web_input.json
${JSON.stringify(INPUT)}
`;

const container = (more: string): string => `[{ "name": "web", "image": "nginx", ${more} }]`;

const looped = (between: string): string =>
  `[{% for port in ports %}{ "name": "c{{ port }}", "image": "nginx" }${between}{% endfor %}]`;

interface Case {
  readonly what: string;
  /** The mistake is at the mark. */
  readonly containers: string;
  readonly message: RegExp;
  readonly hint: RegExp;
  /** What a quick fix writes at the mark. */
  readonly fix?: string;
}

const CASES: readonly Case[] = [
  {
    what: 'no comma between the rounds of a loop',
    containers: looped('').replace('{ "name"', '$0{$0 "name"'),
    message: /a comma is expected/,
    hint: /\{% if not loop.last %\}/,
  },
  {
    what: 'a comma behind the last round of a loop',
    containers: looped('$0,$0'),
    message: /a comma too many before \]/,
    hint: /\{% if not loop.last %\}/,
  },
  {
    what: 'a comma behind the last member, a line before the brace',
    containers: '[{ "name": "web", "image": "nginx"$0,$0\n  }]',
    message: /a comma too many before \}/,
    hint: /delete it/,
    fix: '',
  },
  {
    what: 'a comma too few between members',
    containers: '[{ "name": "web" $0"image"$0: "nginx" }]',
    message: /a comma is expected/,
    hint: /write a comma before it/,
  },
  {
    what: 'text without quotes',
    containers: container('"user": {{ $0image$0 }}'),
    message: /neither a string/,
    hint: /tojson/,
  },
  {
    what: 'a list as Jinja prints it',
    containers: container('"command": {{ $0command$0 }}'),
    message: /neither a string/,
    hint: /tojson/,
  },
  {
    what: 'a truth value as Jinja prints it',
    containers: container('"essential": {{ $0isMain$0 }}'),
    message: /True/,
    hint: /tojson/,
  },
  {
    what: 'a truth value as Python writes it',
    containers: container('"essential": $0True$0'),
    message: /neither a string/,
    hint: /write true/,
  },
  {
    what: 'quotes inside a value',
    containers: container('"user": "{{ $0quoted$0 }}"'),
    message: /neither a string/,
    hint: /tojson/,
  },
  {
    what: 'a line break inside a value',
    containers: container('"user": $0"{{ lines$0 }}"'),
    message: /no closing quote/,
    hint: /tojson/,
  },
  {
    what: 'single quotes',
    containers: "[{ $0'name'$0: 'web' }]",
    message: /neither a string/,
    hint: /double quotes/,
  },
  {
    what: 'a comment',
    containers: '[] $0// none yet$0',
    message: /no comments/,
    hint: /\{# … #\}/,
  },
  {
    what: 'quotes around a number',
    containers: container('"cpu": $0"{{ cpu }}"$0'),
    message: /expected a whole number, got a string/,
    hint: /take away the quotes/,
  },
  {
    what: 'quotes around a truth value',
    containers: container('"essential": $0"{{ isMain }}"$0'),
    message: /expected true or false, got a string/,
    hint: /take away the quotes.*tojson/,
  },
];

describe('rendered JSON', () => {
  for (const { what, containers, message, hint, fix } of CASES) {
    it(`says once, at its place, what is wrong with ${what}`, () => {
      const { files, marks } = parseFixture(fixtureOf(containers));
      const findings = checkWorkload(sourceOf(files)).findings.filter(({ code }) => code !== 'input.unused');
      const [mark] = marks;
      assert.deepEqual(
        findings.map(({ path, start, end }) => [path, start, end]),
        [[mark!.path, mark!.start, mark!.end]],
        JSON.stringify(findings, null, 1),
      );
      const [found] = findings;
      assert.match(found!.message, message);
      assert.match(found!.hint!, hint);
      assert.equal(found!.fix?.edits[0]?.text, fix);
    });
  }

  it('is right where a loop puts commas between its rounds', () =>
    checkFine(
      fixtureOf(looped('{% if not loop.last %},{% endif %}')).replace(JSON.stringify(INPUT), '{ "ports": [80, 81] }'),
    ));
});
