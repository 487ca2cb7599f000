import assert from 'node:assert/strict';
import { parseTree } from 'jsonc-parser';
import { validateAgainstSchema } from '../../../engine/check/schema.ts';
import { checkAccepted, checkFinding, findingsOf } from './checkSchema.ts';

const container = { name: 'web', image: 'public.ecr.aws/nginx/nginx:1.27', essential: true };
const taskdef = { family: 'web', containerDefinitions: [container] };
const lambdadef = { FunctionName: 'f', Role: 'arn:aws:iam::123456789012:role/r', Code: { S3Bucket: 'b', S3Key: 'k' } };
const withContainer = (more: object) => ({ ...taskdef, containerDefinitions: [{ ...container, ...more }] });

describe('schema check of unknown and missing keys', () => {
  it('points at an unknown key and suggests the nearest known one', () =>
    checkFinding('_svcdef.json', '{ "serviceName": "web", "desierdCount": 2 }', {
      code: 'schema.unknown-key',
      at: '"desierdCount"',
      message: 'unknown key "desierdCount"',
      hint: 'did you mean "desiredCount"?',
    }));

  it('suggests the right case for a key of the CloudFormation kind', () =>
    checkFinding(
      '_svcdef.json',
      { serviceName: 'web', LaunchType: 'FARGATE' },
      { code: 'schema.unknown-key', hint: '"launchType"' },
    ));

  it('lists what is known where nothing is near', () =>
    checkFinding('_lambdadepdef.json', '{"alias":"PROD","zzz":1}', {
      code: 'schema.unknown-key',
      hint: 'known here: "alias", "environment", "trafficShiftingConfig", "alarms", ',
    }));

  it('finds unknown keys in the depth', () =>
    checkFinding('_taskdef.json', withContainer({ logConfiguration: { logDriver: 'awslogs', option: {} } }), {
      code: 'schema.unknown-key',
      at: '"option"',
      hint: '"options"',
    }));

  it('points a missing key at the brace of the file, of a list item, or at the key of the object that lacks it', () => {
    checkFinding('_svcdef.json', ' { "cluster": "c" }', {
      code: 'schema.missing-key',
      start: 1,
      end: 2,
      message: 'missing key "serviceName"',
      hint: 'add "serviceName", a string',
    });
    checkFinding('_taskdef.json', withContainer({ secrets: [{ name: 'TOKEN' }] }), {
      code: 'schema.missing-key',
      at: '{',
      message: 'secrets[0]: missing key "valueFrom"',
    });
    checkFinding('_taskdef.json', withContainer({ logConfiguration: {} }), {
      code: 'schema.missing-key',
      at: '"logConfiguration"',
      message: 'logConfiguration: missing key "logDriver"',
    });
  });

  it('allows any key in a map, and any content in a document', () => {
    checkAccepted('_lambdadef.json', { ...lambdadef, Environment: { Variables: { anything: 'x', __proto: 'y' } } });
    const hook = { lifecycleStages: ['POST_SCALE_UP'], hookDetails: { any: [1, { thing: null }] } };
    checkAccepted('_svcdef.json', { serviceName: 'web', deploymentConfiguration: { lifecycleHooks: [hook] } });
  });

  it('takes names that objects inherit for what they are', () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      checkFinding('_depdef.json', `{"${key}": {}}`, { code: 'schema.unknown-key', at: `"${key}"` });
    }
    checkFinding('_lambdaeventsourcedef.json', '{"PushEventSources":[{"__proto__":{"Service":"x"}}]}', {
      code: 'schema.missing-key',
    });
  });

  it('warns of a repeated key, also where no schema looks', () => {
    checkFinding('_taskdef.json', '{"family":"a","family":"b","containerDefinitions":[{"name":"a","image":"b"}]}', {
      severity: 'warning',
      code: 'schema.duplicate-key',
      start: 14,
      message: '"family" appears twice',
      hint: 'the last one counts',
    });
    checkFinding('_input.json', '{"x":{"y":[{"z":1,"z":2}]}}', { severity: 'warning', code: 'schema.duplicate-key' });
  });

  it('warns of a key that AWS deprecated', () =>
    checkFinding(
      '_taskdef.json',
      { ...taskdef, inferenceAccelerators: [] },
      { severity: 'warning', code: 'schema.deprecated-key', at: '"inferenceAccelerators"', message: '2023-04-15' },
    ));

  it('asks for exactly one member of a union', () =>
    checkFinding('_taskdef.json', withContainer({ resourceRequirements: [{ type: 'GPU', sharingStrategy: {} }] }), {
      code: 'schema.wrong-length',
      at: '"sharingStrategy"',
      hint: '"nvidiaMps"',
    }));
});

describe('schema check of types', () => {
  const mistakes: readonly [string, object | string, string, string, string][] = [
    ['a number where AWS wants text', { ...taskdef, cpu: 256 }, '256', 'expected a string, got a number', '"256"'],
    [
      'text where AWS wants a number',
      withContainer({ portMappings: [{ containerPort: '80' }] }),
      '"80"',
      'containerPort: expected a whole number, got a string',
      'write 80 without quotes',
    ],
    [
      'a number with leading zeros in quotes',
      withContainer({ portMappings: [{ containerPort: '0080' }] }),
      '"0080"',
      'expected a whole number',
      'write 80 without quotes',
    ],
    [
      'text that is no number',
      withContainer({ cpu: '1 vCPU' }),
      '"1 vCPU"',
      'cpu: expected a whole number',
      'write a whole number',
    ],
    ['a fraction', withContainer({ cpu: 1.5 }), '1.5', 'expected a whole number, got 1.5', 'such as 1'],
    [
      "Python's spelling of true in quotes",
      withContainer({ essential: 'True' }),
      '"True"',
      'expected true or false, got a string',
      'write true without quotes',
    ],
    ['true where AWS wants text', { ...taskdef, memory: true }, 'true', 'expected a string, got true', '"true"'],
    [
      'text instead of a list of it',
      withContainer({ command: 'sh' }),
      '"sh"',
      'command: expected a list of strings, got a string',
      '["sh"]',
    ],
    [
      'one object instead of a list of them',
      withContainer({ environment: { name: 'A', value: 'b' } }),
      '{"name":"A","value":"b"}',
      'expected a list of objects, got an object',
      'put it in a list: […]',
    ],
    [
      'a list instead of one object',
      withContainer({ healthCheck: [{ command: [] }] }),
      '[{"command":[]}]',
      'expected an object, got a list',
      'without the list around it',
    ],
    ['a list that was printed as text', withContainer({ command: "['a']" }), `"['a']"`, 'a list of strings', 'tojson'],
    ['null', withContainer({ healthCheck: null }), 'null', 'expected an object, got null', 'delete the key'],
    ['a file that is a list', '[]', '[]', 'the file: expected an object, got a list', 'write an object'],
    ['a file that is text', '"x"', '"x"', 'the file: expected an object, got a string', 'write an object'],
  ];
  for (const [what, content, at, message, hint] of mistakes) {
    it(`explains ${what}`, () =>
      checkFinding('_taskdef.json', content, { code: 'schema.wrong-type', at, message, hint }));
  }

  it('takes 1.0 for a whole number', () => checkAccepted('_svcdef.json', '{"serviceName":"web","desiredCount":1.0}'));

  it('accepts a time as text and as seconds', () => {
    const at = (time: unknown) => ({
      PullEventSources: { EventSourceMapping: { FunctionName: 'f', StartingPositionTimestamp: time } },
    });
    for (const time of ['2026-01-31', '2026-01-31T12:00:00Z', 1769860800]) {
      checkAccepted('_lambdaeventsourcedef.json', at(time));
    }
    checkFinding('_lambdaeventsourcedef.json', at('yesterday'), { code: 'schema.wrong-format', at: '"yesterday"' });
    checkFinding('_lambdaeventsourcedef.json', at('2026-13-31'), { code: 'schema.wrong-format' });
    checkFinding('_lambdaeventsourcedef.json', at(true), {
      code: 'schema.wrong-type',
      message: 'a string or a number',
    });
  });
});

describe('schema check of values', () => {
  it('lists the allowed values, and suggests the nearest', () =>
    checkFinding(
      '_svcdef.json',
      { serviceName: 'web', launchType: 'FARGAT' },
      {
        code: 'schema.not-allowed-value',
        at: '"FARGAT"',
        message: 'launchType: "FARGAT" is not allowed',
        hint: 'did you mean "FARGATE"? allowed: "EC2", "EXTERNAL", "FARGATE", "MANAGED_INSTANCES"',
      },
    ));

  it('shortens a long list, and only doubts a Lambda runtime that this version does not know', () =>
    checkFinding(
      '_lambdadef.json',
      { ...lambdadef, Runtime: 'python9.99' },
      { severity: 'warning', code: 'schema.not-allowed-value', message: '"python9.99" is not known', hint: ' more' },
    ));

  it('suggests no runtime that is deprecated', () =>
    checkFinding(
      '_lambdadef.json',
      { ...lambdadef, Runtime: 'nodejs99.x' },
      { severity: 'warning', code: 'schema.not-allowed-value', hint: 'did you mean "nodejs2' },
    ));

  const outside: readonly [Parameters<typeof checkFinding>[0], object, string, string][] = [
    ['_svcdef.json', { serviceName: 'web', desiredCount: -1 }, '-1', 'desiredCount must be 0 or more, got -1'],
    [
      '_svcdef.json',
      { serviceName: 'web', loadBalancers: [{ containerName: 'web', containerPort: 0 }] },
      '0',
      'containerPort must be 1 to 65535, got 0',
    ],
    ['_taskdef.json', withContainer({ portMappings: [{ containerPort: 70000 }] }), '70000', 'must be 1 to 65535'],
    ['_taskdef.json', withContainer({ memory: 0 }), '0', 'memory must be 4 or more, got 0'],
    ['_lambdadef.json', { ...lambdadef, Timeout: 0 }, '0', 'Timeout must be 1 to 5400, got 0'],
    ['_lambdadef.json', { ...lambdadef, MemorySize: 64 }, '64', 'MemorySize must be 128 to 32768, got 64'],
    [
      '_lambdaeventsourcedef.json',
      { PullEventSources: { EventSourceMapping: { FunctionName: 'f', BatchSize: 0 } } },
      '0',
      'BatchSize must be 1 to 10000, got 0',
    ],
  ];
  for (const [suffix, content, at, message] of outside) {
    it(`gives the allowed range: ${message}`, () =>
      checkFinding(suffix, content, { code: 'schema.out-of-range', at, message }));
  }

  it('allows -1 where it means "for ever" or "unlimited"', () => {
    const mapping = { FunctionName: 'f', MaximumRecordAgeInSeconds: -1, MaximumRetryAttempts: -1 };
    checkAccepted('_lambdaeventsourcedef.json', { PullEventSources: { EventSourceMapping: mapping } });
    checkAccepted('_taskdef.json', withContainer({ ulimits: [{ name: 'nofile', softLimit: -1, hardLimit: -1 }] }));
  });
});

describe('schema check of a hostile file', () => {
  it('stops at a hundred findings, and says so', () => {
    const text = `{${Array.from({ length: 50_000 }, (_, i) => `"serviceNam${i}":1`).join(',')}}`;
    const tree = parseTree(text)!;
    const findings = validateAgainstSchema(tree, '_svcdef.json');
    assert.equal(findings.length, 101);
    assert.equal(findings.at(-1)?.code, 'schema.too-many-findings');
  });

  it('prints nothing of what is secret: not values, not keys, not suggestions made from them', () => {
    const secret = 'FARGAT';
    const texts = [
      ['_svcdef.json', `{"serviceName":"a","launchType":"${secret}"}`],
      ['_svcdef.json', `{"serviceName":"a","${secret}":1}`],
      ['_svcdef.json', `{"serviceName":"a","desiredCount":"${secret}"}`],
      ['_lambdadef.json', `{"FunctionName":"f","Role":"r","Code":{},"Environment":{"Variables":{"${secret}":1}}}`],
      ['_depdef.json', `{"environment":{"region":"${secret}"}}`],
      ['_depdef.json', `{"alarms":{"alarmNames":["${secret}","${secret}"]}}`],
      ['_depdef.json', `{"x":{"${secret}":1,"${secret}":2}}`],
    ] as const;
    for (const [suffix, text] of texts) {
      const findings = findingsOf(suffix, text, (start, end) => text.slice(start, end).includes(secret));
      assert.ok(findings.length > 0, text);
      for (const { message, hint } of findings) {
        // The hint may list every allowed value, but may not say which one is near.
        assert.ok(!(message + hint).replaceAll('FARGATE', '').includes(secret), `${message}; ${hint}`);
        assert.doesNotMatch(hint, /did you mean/);
      }
    }
    const isSecret = () => true;
    for (const [suffix, text, digits] of [
      ['_svcdef.json', '{"serviceName":"a","desiredCount":"4711"}', '4711'],
      ['_svcdef.json', '{"serviceName":"a","desiredCount":-4711}', '4711'],
      ['_svcdef.json', '{"serviceName":"a","desiredCount":4711.5}', '4711'],
      ['_taskdef.json', '{"family":4711,"containerDefinitions":[{"name":"a","image":"b"}]}', '4711'],
      ['_taskdef.json', '{"family":"a","containerDefinitions":[{"name":"a","image":"b","command":"4711"}]}', '4711'],
    ] as const) {
      const findings = findingsOf(suffix, text, isSecret);
      assert.equal(findings.length, 1, text);
      assert.ok(!JSON.stringify([findings[0]!.message, findings[0]!.hint]).includes(digits), findings[0]!.hint);
    }
  });

  it('accepts half of a property without a word about its missing value', () => {
    assert.deepEqual(validateAgainstSchema(parseTree('{"serviceName"')!, '_svcdef.json'), []);
  });

  it('orders findings by place', () => {
    const starts = findingsOf('_svcdef.json', '{"b":1,"serviceName":1,"serviceName":2,"a":{}}').map(
      ({ start }) => start,
    );
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    );
    assert.equal(starts.length, 5);
  });
});
