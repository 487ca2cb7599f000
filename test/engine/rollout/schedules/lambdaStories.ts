/** Rollouts of Lambda functions under faults. */
import { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetAliasCommand,
  GetFunctionCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../../../engine/json.ts';
import { resize } from '../fixtures.ts';
import type { Files, Stage } from '../stage.ts';
import type { Mishap } from './faults.ts';
import type { Due, Ending, Serving, Story } from './story.ts';

const OLD_KEY = 'resize-1.zip';
const NEW_KEY = 'resize-2.zip';
const OLD_MEMORY = 256;
const NEW_MEMORY = 512;
const THIRD_MEMORY = 1024;

const SCENARIO = {
  given: { alarms: [{ name: 'errors', state: 'OK' }] },
  rules: [{ when: { code: '*broken.zip' }, then: { update: 'InvalidZipFileException', reason: 'bad zip' } }],
  traffic: [{ alias: 'resize:live', perSecond: 10 }],
};

const ALARM: Mishap<Stage> = {
  name: 'the alarm fires',
  happen: ({ cloudWatch }) =>
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'ALARM', StateReason: 'errors' })),
};
const MOVE: Mishap<Stage> = {
  name: 'somebody points the alias at another version',
  interferes: true,
  async happen({ lambda }) {
    const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: 'resize' }));
    const input = { FunctionName: 'resize', Name: 'live', FunctionVersion: Version };
    await lambda.send(new UpdateAliasCommand({ ...input, RoutingConfig: { AdditionalVersionWeights: {} } }));
  },
};
const WEIGH: Mishap<Stage> = {
  name: 'somebody takes the weights off the alias',
  interferes: true,
  happen: ({ lambda }) =>
    lambda.send(
      new UpdateAliasCommand({
        FunctionName: 'resize',
        Name: 'live',
        RoutingConfig: { AdditionalVersionWeights: {} },
      }),
    ),
};

const MEMORY: Readonly<Partial<Record<Serving, number>>> = { old: OLD_MEMORY, new: NEW_MEMORY, third: THIRD_MEMORY };

async function look({ lambda }: Stage, due: Due): Promise<Ending> {
  const got = await lambda.send(new GetFunctionCommand({ FunctionName: 'resize' })).catch(() => undefined);
  const amiss: string[] = [];
  if (got === undefined) return { serving: 'none', amiss };
  const alias = await lambda.send(new GetAliasCommand({ FunctionName: 'resize', Name: 'live' })).catch(() => undefined);
  const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'resize' }));
  const numbers = Versions.map(({ Version }) => Version).filter((version) => version !== '$LATEST');
  // The version that served before goes once the new one serves.
  const wanted = due.serving === 'none' ? 0 : 1;
  if (numbers.length !== wanted) amiss.push(`there are the versions ${numbers.join(', ')}, not ${wanted} of them`);
  const memory = got.Configuration?.MemorySize;
  if (memory !== MEMORY[due.serving]) amiss.push(`$LATEST has ${memory} MB`);
  const weighted = Object.keys(alias?.RoutingConfig?.AdditionalVersionWeights ?? {});
  if (weighted.length > 0) return { serving: 'both', amiss };
  const served = Versions.find(({ Version }) => Version === alias?.FunctionVersion);
  if (served === undefined) return { serving: 'none', amiss };
  const serving = (['old', 'new', 'third'] as const).find((one) => MEMORY[one] === served.MemorySize);
  return { serving: serving ?? 'none', amiss };
}

const OPERATIONS = [
  'lambda:UpdateFunctionConfiguration',
  'lambda:UpdateFunctionCode',
  'lambda:PublishVersion',
  'lambda:UpdateAlias',
  'lambda:TagResource',
  'lambda:DeleteFunction',
  'lambda:Get*',
];

const ALARMS: JsonObject = { alarms: { alarmNames: ['errors'] } };
const old = resize({ key: OLD_KEY, deployment: ALARMS });
export const next = (trafficShiftingConfig: JsonObject, key = NEW_KEY, MemorySize = NEW_MEMORY): Files =>
  resize({ key, definition: { MemorySize }, deployment: { ...ALARMS, trafficShiftingConfig } });

const CANARY: JsonObject = { type: 'CANARY', percent: 10, waitInterval: 30 };

/** What newer commits bring. */
const further = (shifting: JsonObject): Pick<Story, 'further'> => ({
  further: { third: next(shifting, 'resize-3.zip', THIRD_MEMORY), broken: next(shifting, 'broken.zip', 2048) },
});

const story = (draft: Pick<Story, 'name' | 'next' | 'phase'> & Partial<Story>): Story => {
  const before = 'before' in draft ? draft.before : old;
  return {
    scenario: SCENARIO,
    path: 'dev/resize',
    before,
    operations: OPERATIONS,
    weathers: [],
    mishaps: [ALARM, MOVE, WEIGH],
    lasts: 60,
    look,
    ...draft,
  };
};

export const lambdaStories: readonly Story[] = [
  story({ name: 'a canary of a function', next: next(CANARY), ...further(CANARY), phase: 'succeeded' }),
  story({
    name: 'a linear shift of a function',
    next: next({ type: 'LINEAR', percent: 40, waitInterval: 20 }),
    phase: 'succeeded',
  }),
  story({
    name: 'an update of a function all at once',
    next: next({ type: 'ALL_AT_ONCE', waitInterval: 20 }),
    phase: 'succeeded',
    lasts: 30,
  }),
  story({
    name: 'an update of a function that fails',
    next: next(CANARY, 'broken.zip'),
    ...further(CANARY),
    phase: 'rolled back',
    lasts: 20,
  }),
  story({
    name: 'the creation of a function',
    before: undefined,
    next: next(CANARY),
    phase: 'succeeded',
    operations: [...OPERATIONS, 'lambda:CreateFunction', 'lambda:CreateAlias'],
    mishaps: [ALARM],
    lasts: 20,
    loses: true,
  }),
  story({
    name: 'the deletion of a function',
    next: undefined,
    phase: 'succeeded',
    operations: ['lambda:DeleteFunction', 'lambda:Get*'],
    mishaps: [],
    lasts: 5,
    loses: true,
  }),
];
