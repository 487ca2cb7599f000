import assert from 'node:assert/strict';
import { type ConfigFiles, documentedSchema, type JsonSchema, schemaFiles } from '../../schemas/index.ts';
import { checkAccepted, checkFinding, findingsOf } from '../engine/check/checkSchema.ts';

const BLUE = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/0123456789abcdef';
const GREEN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/0123456789abcdef';

const depdef: ConfigFiles['_depdef.json'] = {
  environment: { region: 'us-east-1', account: '123456789012' },
  trafficShiftingConfig: { type: 'LINEAR', percent: 12.5, waitInterval: 10 },
  targetGroupArnPairs: [[BLUE, GREEN]],
  alarms: { alarmNames: ['web-5xx', 'web-latency'] },
  deleteNewUponTrafficShiftFailure: false,
  stabilityCheck: { pollInterval: 30, timeout: 150, timeoutPerTask: 10 },
  gmDeploymentCircuitBreaker: {
    failureThreshold: 5,
    failureThresholdPercent: 25,
    rollback: true,
    ignore: ['capacity'],
  },
  deleteNewUponFailure: true,
  fallbackCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }],
  fallbackAfter: 90,
  fallbackReturn: { enabled: true, waitInterval: 900, attempts: 8 },
};

const lambdadepdef: ConfigFiles['_lambdadepdef.json'] = {
  alias: 'PROD',
  environment: { region: 'eu-west-1' },
  trafficShiftingConfig: { type: 'CANARY', percent: 50, waitInterval: 60 },
  alarms: { alarmNames: [] },
  readinessCheck: { waitInterval: 10, maxRetries: 5 },
};

const eventSources: ConfigFiles['_lambdaeventsourcedef.json'] = {
  PushEventSources: [
    { Service: 'elasticloadbalancing.amazonaws.com', TargetGroupArn: BLUE },
    { Service: 'apigateway.amazonaws.com', ApiId: 'a1b2c3', RouteId: 'r1', AliasStageVariableName: 'lambdaAlias' },
  ],
  PullEventSources: {
    EventSourceMapping: { EventSourceArn: 'arn:aws:sqs:us-east-1:123456789012:q', FunctionName: 'f', BatchSize: 10 },
  },
};

describe('deployment definition of an ECS service', () => {
  it('accepts every key, and none', () => {
    checkAccepted('_depdef.json', depdef);
    checkAccepted('_depdef.json', {});
  });

  for (const region of ['us-gov-west-1', 'ap-southeast-7', 'cn-north-1', 'eusc-de-east-1', 'us-isob-east-1']) {
    it(`accepts the region ${region}`, () => checkAccepted('_depdef.json', { environment: { region } }));
  }

  const numbers: readonly [string, string, number, number | undefined][] = [
    ['trafficShiftingConfig', 'percent', 1, 100],
    ['trafficShiftingConfig', 'waitInterval', 1, 604_800],
    ['stabilityCheck', 'pollInterval', 1, 3600],
    ['stabilityCheck', 'timeout', 1, 604_800],
    ['stabilityCheck', 'timeoutPerTask', 1, 604_800],
    ['gmDeploymentCircuitBreaker', 'failureThreshold', 1, undefined],
    ['gmDeploymentCircuitBreaker', 'failureThresholdPercent', 1, 100],
  ];
  for (const [section, key, minimum, maximum] of numbers) {
    it(`bounds ${section}.${key} from below by ${minimum} and from above by ${maximum ?? 'nothing'}`, () => {
      for (const good of [minimum, maximum ?? 1000]) checkAccepted('_depdef.json', { [section]: { [key]: good } });
      for (const bad of [0, -1, ...(maximum === undefined ? [] : [maximum + 1])]) {
        checkFinding(
          '_depdef.json',
          { [section]: { [key]: bad } },
          {
            code: 'schema.out-of-range',
            at: String(bad),
            message: `${key} must be ${minimum} ${maximum === undefined ? 'or more' : `to ${maximum}`}, got ${bad}`,
          },
        );
      }
    });
  }

  const wrong: readonly [object, string, string][] = [
    [{ environment: { region: 'us_east_1' } }, 'schema.wrong-format', '"us_east_1"'],
    [{ environment: { account: '1234' } }, 'schema.wrong-format', '"1234"'],
    [{ environment: { account: 123456789012 } }, 'schema.wrong-type', '123456789012'],
    [{ environment: 'us-east-1' }, 'schema.wrong-type', '"us-east-1"'],
    [{ trafficShiftingConfig: { type: 'linear' } }, 'schema.not-allowed-value', '"linear"'],
    [{ trafficShiftingConfig: { percent: '20' } }, 'schema.wrong-type', '"20"'],
    [{ trafficShiftingConfig: true }, 'schema.wrong-type', 'true'],
    [{ targetGroupArnPairs: [BLUE, GREEN] }, 'schema.wrong-type', `"${BLUE}"`],
    [{ targetGroupArnPairs: [[BLUE]] }, 'schema.wrong-length', `["${BLUE}"]`],
    [{ targetGroupArnPairs: [[BLUE, BLUE]] }, 'schema.not-allowed-value', `"${BLUE}"`],
    [{ targetGroupArnPairs: [] }, 'schema.wrong-length', '[]'],
    [{ alarms: { alarmNames: 'web-5xx' } }, 'schema.wrong-type', '"web-5xx"'],
    [{ alarms: { alarmNames: [''] } }, 'schema.wrong-length', '""'],
    [{ deleteNewUponFailure: 'yes' }, 'schema.wrong-type', '"yes"'],
    [{ deleteNewUponTrafficShiftFailure: 0 }, 'schema.wrong-type', '0'],
    [{ gmDeploymentCircuitBreaker: { rollback: 'true' } }, 'schema.wrong-type', '"true"'],
    [{ gmDeploymentCircuitBreaker: { ignore: ['capcity'] } }, 'schema.not-allowed-value', '"capcity"'],
    [{ gmDeploymentCircuitBreaker: { failureThreshold: 1.5 } }, 'schema.wrong-type', '1.5'],
    [{ fallbackCapacityProviderStrategy: [{ weight: 1 }] }, 'schema.missing-key', '{'],
    [{ fallbackCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: -1 }] }, 'schema.out-of-range', '-1'],
    [{ fallbackAfter: 0 }, 'schema.out-of-range', '0'],
    [{ fallbackReturn: { enabled: 'no' } }, 'schema.wrong-type', '"no"'],
    [{ fallbackReturn: { waitInterval: 59 } }, 'schema.out-of-range', '59'],
    [{ fallbackReturn: { attempts: 0 } }, 'schema.out-of-range', '0'],
    [{ stabilitycheck: {} }, 'schema.unknown-key', '"stabilitycheck"'],
  ];
  for (const [content, code, at] of wrong) {
    it(`reports ${code} for ${JSON.stringify(content).slice(0, 70)}`, () => {
      const [found, ...more] = findingsOf('_depdef.json', content);
      assert.ok(found);
      // A flat pair is wrong in both of its items.
      assert.ok(more.every((finding) => finding.code === found.code));
      assert.deepEqual([found.severity, found.code, found.at], ['error', code, at]);
    });
  }
});

describe('old spellings', () => {
  const old: readonly [content: object, key: string, severity: 'error' | 'warning', names: string][] = [
    [{ targetGroupArns: [BLUE, GREEN] }, 'targetGroupArns', 'error', '"targetGroupArnPairs": [['],
    [{ trafficShiftingEnabled: true }, 'trafficShiftingEnabled', 'error', '"trafficShiftingConfig"'],
    [{ trafficShiftingEnabled: false }, 'trafficShiftingEnabled', 'warning', '"trafficShiftingConfig"'],
    [
      { trafficShiftingEnabled: true, trafficShiftingConfig: {} },
      'trafficShiftingEnabled',
      'warning',
      '"trafficShiftingConfig"',
    ],
    [
      { trafficShiftingEnabled: false, trafficShiftingConfig: {} },
      'trafficShiftingEnabled',
      'error',
      '"trafficShiftingConfig"',
    ],
    [{ trafficShift: {} }, 'trafficShift', 'error', '"trafficShiftingConfig"'],
    [{ trafficShiftingConfig: { interval: 10 } }, 'interval', 'error', '"waitInterval"'],
    [{ trafficShiftingConfig: { percentage: 10 } }, 'percentage', 'error', '"percent"'],
    [{ interval: 10 }, 'interval', 'error', '"waitInterval"'],
    [{ percentage: 10 }, 'percentage', 'error', '"percent"'],
    [{ circuitBreaker: {} }, 'circuitBreaker', 'error', '"gmDeploymentCircuitBreaker"'],
    [
      { gmDeploymentCircuitBreaker: { failureThresholdPercentage: 20 } },
      'failureThresholdPercentage',
      'error',
      '"failureThresholdPercent"',
    ],
    [{ failureThresholdPercentage: 20 }, 'failureThresholdPercentage', 'error', '"failureThresholdPercent"'],
    [{ gmDeploymentCircuitBreaker: { pollInterval: 30 } }, 'pollInterval', 'warning', '"stabilityCheck"'],
    [{ gmDeploymentCircuitBreaker: { timeout: 300 } }, 'timeout', 'error', '"stabilityCheck"'],
    [{ alarms: { enable: true, alarmNames: ['a'] } }, 'enable', 'warning', '"alarmNames"'],
    [{ alarms: { enable: false, alarmNames: ['a'] } }, 'enable', 'error', '"alarmNames"'],
    [{ alarms: { enable: false, alarmNames: [] } }, 'enable', 'warning', '"alarmNames"'],
    [{ alarms: { rollback: true } }, 'rollback', 'warning', 'delete it'],
    [{ alarms: { rollback: false } }, 'rollback', 'error', 'delete it'],
    [{ environmentVariables: { region: 'us-east-1' } }, 'environmentVariables', 'error', '"environment"'],
    [{ preShiftStabilityCheck: {} }, 'preShiftStabilityCheck', 'error', '"stabilityCheck"'],
  ];
  for (const [content, key, severity, names] of old) {
    it(`are each a finding of their own: ${severity} for ${JSON.stringify(content).slice(0, 70)}`, () =>
      checkFinding('_depdef.json', content, { severity, code: 'schema.old-spelling', at: `"${key}"`, hint: names }));
  }

  it('are found inside of a section that has an old name itself', () => {
    const content = {
      circuitBreaker: { failureThresholdPercentage: 20 },
      trafficShift: { interval: 5, percentage: 0 },
    };
    assert.deepEqual(
      findingsOf('_depdef.json', content).map(({ at }) => at),
      ['"circuitBreaker"', '"failureThresholdPercentage"', '"trafficShift"', '"interval"', '"percentage"'],
    );
  });

  it('are known in a Lambda deployment definition too', () =>
    checkFinding(
      '_lambdadepdef.json',
      { alias: 'PROD', trafficShiftingConfig: { interval: 5 } },
      { code: 'schema.old-spelling', at: '"interval"', hint: '"waitInterval"' },
    ));

  it('accept AlaisStageVariableName with a warning, and check its value', () => {
    const source = (more: object) => ({
      PushEventSources: [{ Service: 'apigateway.amazonaws.com', ApiId: 'a', RouteId: 'r', ...more }],
    });
    checkFinding('_lambdaeventsourcedef.json', source({ AlaisStageVariableName: 'lambdaAlias' }), {
      severity: 'warning',
      code: 'schema.old-spelling',
      at: '"AlaisStageVariableName"',
      hint: 'rename it to "AliasStageVariableName"',
    });
    const findings = findingsOf('_lambdaeventsourcedef.json', source({ AlaisStageVariableName: 5 }));
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['schema.old-spelling', 'schema.wrong-type'],
    );
  });
});

describe('deployment definition of a Lambda function', () => {
  it('accepts every key, and the alias alone', () => {
    checkAccepted('_lambdadepdef.json', lambdadepdef);
    checkAccepted('_lambdadepdef.json', { alias: 'v-1_x' });
  });

  it('asks for the alias', () =>
    checkFinding('_lambdadepdef.json', '{}', { code: 'schema.missing-key', at: '{', hint: 'add "alias", a string' }));

  for (const [alias, code] of [
    ['', 'schema.wrong-length'],
    ['a'.repeat(129), 'schema.wrong-length'],
    ['42', 'schema.wrong-format'],
    ['my alias', 'schema.wrong-format'],
    [['PROD'], 'schema.wrong-type'],
  ] as const) {
    it(`refuses the alias ${JSON.stringify(alias).slice(0, 20)}`, () =>
      checkFinding('_lambdadepdef.json', { alias }, { code }));
  }

  for (const key of ['waitInterval', 'maxRetries']) {
    for (const bad of [0, -5]) {
      it(`refuses ${bad} for readinessCheck.${key}`, () =>
        checkFinding(
          '_lambdadepdef.json',
          { alias: 'PROD', readinessCheck: { [key]: bad } },
          { code: 'schema.out-of-range', at: String(bad) },
        ));
    }
  }
});

describe('event sources of a Lambda function', () => {
  it('accept push sources, one mapping, a list of mappings, and nothing', () => {
    checkAccepted('_lambdaeventsourcedef.json', eventSources);
    const [pull] = [eventSources.PullEventSources ?? []].flat();
    const mapping = pull?.EventSourceMapping;
    checkAccepted('_lambdaeventsourcedef.json', { PullEventSources: { EventSourceMapping: [mapping, mapping] } });
    checkAccepted('_lambdaeventsourcedef.json', { PullEventSources: [{ EventSourceMapping: mapping }] });
    const push = { Service: 'elasticloadbalancing.amazonaws.com', TargetGroupArn: 'arn:aws:x' };
    checkAccepted('_lambdaeventsourcedef.json', { PushEventSources: push });
    checkAccepted('_lambdaeventsourcedef.json', {});
  });

  it('ask a push source for what its service needs', () => {
    checkFinding(
      '_lambdaeventsourcedef.json',
      { PushEventSources: [{ Service: 'elasticloadbalancing.amazonaws.com' }] },
      { code: 'schema.missing-key', message: 'PushEventSources[0]: missing key "TargetGroupArn"' },
    );
    checkFinding(
      '_lambdaeventsourcedef.json',
      { PushEventSources: [{ Service: 'apigateway.amazonaws.com', ApiId: 'a' }] },
      { code: 'schema.missing-key', message: 'missing key "RouteId"' },
    );
    checkFinding(
      '_lambdaeventsourcedef.json',
      { PushEventSources: [{ Service: 'apigateway.amazonaws.com', ApiId: 'a', RouteId: 'r', TargetGroupArn: BLUE }] },
      { code: 'schema.unknown-key', at: '"TargetGroupArn"' },
    );
  });

  it('name the services that are known, and ask for one', () => {
    checkFinding(
      '_lambdaeventsourcedef.json',
      { PushEventSources: [{ Service: 's3.amazonaws.com' }] },
      { code: 'schema.not-allowed-value', at: '"s3.amazonaws.com"', hint: '"elasticloadbalancing.amazonaws.com"' },
    );
    checkFinding('_lambdaeventsourcedef.json', { PushEventSources: [{}] }, { code: 'schema.missing-key', at: '{' });
  });

  it('check a mapping in a list and one alone alike', () => {
    for (const mapping of [{ FunctionName: 'f', BatchSise: 1 }, [{ FunctionName: 'f', BatchSise: 1 }]]) {
      checkFinding(
        '_lambdaeventsourcedef.json',
        { PullEventSources: { EventSourceMapping: mapping } },
        { code: 'schema.unknown-key', at: '"BatchSise"', hint: '"BatchSize"' },
      );
    }
    checkFinding(
      '_lambdaeventsourcedef.json',
      { PullEventSources: { EventSourceMapping: 'arn' } },
      { code: 'schema.wrong-type', message: 'expected an object or a list of objects, got a string' },
    );
  });
});

describe('input files', () => {
  for (const suffix of ['_input.json', '_lambdainput.json'] as const) {
    it(`accept any value beside ref: ${suffix}`, () => {
      checkAccepted(suffix, { a: 1, b: [null], 'c d': { e: true } });
      for (const file of ['out.json', ['a.json', 'b.json'], []]) checkAccepted(suffix, { ref: { file } });
      for (const type of ['TERRAFORM', 'CDK', 'JSON']) checkAccepted(suffix, { ref: { file: 'x.json', type } });
    });

    it(`refuse what ref cannot be: ${suffix}`, () => {
      checkFinding(suffix, { ref: 'out.json' }, { code: 'schema.wrong-type', at: '"out.json"' });
      checkFinding(suffix, { ref: {} }, { code: 'schema.missing-key', hint: 'a string or a list of strings' });
      checkFinding(suffix, { ref: { file: 5 } }, { code: 'schema.wrong-type', at: '5' });
      checkFinding(suffix, { ref: { file: [''] } }, { code: 'schema.wrong-length', at: '""' });
      checkFinding(
        suffix,
        { ref: { file: 'x', type: 'terraform' } },
        { code: 'schema.not-allowed-value', hint: '"TERRAFORM"' },
      );
      checkFinding(suffix, { ref: { file: 'x', files: [] } }, { code: 'schema.unknown-key', hint: '"file"' });
    });
  }
});

describe('hand-written schemas', () => {
  for (const file of schemaFiles.filter((file) => !file.startsWith('aws/'))) {
    it(`describe every key: ${file}`, async () => {
      const undescribed: string[] = [];
      const walk = (schema: JsonSchema, path: string) => {
        for (const [key, member] of Object.entries({ ...schema.properties, ...schema.definitions })) {
          if (!member) continue;
          if (!member.description && !member.$ref && !member.anyOf) undescribed.push(`${path}.${key}`);
          walk(member, `${path}.${key}`);
        }
      };
      walk(await documentedSchema(file), file);
      assert.deepEqual(undescribed, []);
    });
  }
});
