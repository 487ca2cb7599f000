/** Stories of Lambda functions. */
import { CreateAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import type { JsonObject } from '../../../../engine/json.ts';
import { ALL_SOURCES, balancer, fed, queue, route, STREAM, SURROUNDINGS } from '../connected.ts';
import { resize } from '../fixtures.ts';
import type { Meanwhile, Scene, Story } from './scene.ts';

const NEXT = 'resize-2.zip';

const CANARY: JsonObject = { trafficShiftingConfig: { type: 'CANARY', percent: 10, waitInterval: 300 } };
const LINEAR: JsonObject = { trafficShiftingConfig: { type: 'LINEAR', percent: 40, waitInterval: 60 } };

interface Update {
  readonly deployment?: JsonObject;
  readonly definition?: JsonObject;
  readonly scenario?: object;
  readonly meanwhile?: (scene: Scene) => Meanwhile;
}

const update = (
  kind: string,
  title: string,
  { deployment = {}, definition = {}, scenario, meanwhile }: Update,
): Story => ({
  file: `lambda-alias/${kind}`,
  title,
  ...(scenario === undefined ? {} : { scenario }),
  async play(scene) {
    await scene.given('dev/resize', resize({ deployment }));
    await scene.tell('dev/resize', resize({ key: NEXT, deployment, definition }), meanwhile?.(scene));
  },
});

const atTenPercent = ({ progress }: { progress: { trafficPercent?: number } }) => progress.trafficPercent === 10;

export const LAMBDA: readonly Story[] = [
  {
    file: 'lambda-alias/create',
    title: 'A function is created',
    play: (scene) => scene.tell('dev/resize', resize()),
  },
  {
    file: 'lambda-alias/create-fails',
    title: 'A function is to be created, and cannot be initialized',
    scenario: {
      rules: [
        { when: { function: 'resize' }, then: { activation: 'InvalidRuntime', reason: 'the runtime does not start' } },
      ],
    },
    play: (scene) => scene.tell('dev/resize', resize()),
  },
  update('update', 'Code and memory of a function are updated at once', { definition: { MemorySize: 512 } }),
  update('canary', 'A new version gets 10 % of the traffic, then all of it', { deployment: CANARY }),
  update('linear', 'A new version gets 40 % more of the traffic each minute', { deployment: LINEAR }),
  update('bad-zip', 'The new code is no zip file', {
    scenario: {
      rules: [
        {
          when: { code: '*-2.zip' },
          then: { update: 'InvalidZipFileException', reason: 'could not unzip uploaded file' },
        },
      ],
    },
  }),
  update('init-fails', "The new version's snapshot fails to be made", {
    definition: { SnapStart: { ApplyOn: 'PublishedVersions' } },
    scenario: {
      rules: [
        {
          when: { code: '*-2.zip' },
          then: { snapStart: 'FunctionError', reason: 'the init phase exited with 1', readySeconds: 20 },
        },
      ],
    },
  }),
  update('alarm', 'An alarm fires while the new version bakes at 10 %', {
    deployment: { ...CANARY, alarms: { alarmNames: ['resize-errors'] } },
    scenario: {
      given: { alarms: [{ name: 'resize-errors', state: 'OK' }] },
      rules: [
        {
          when: { alarm: 'resize-errors', function: 'resize', deployment: 1 },
          then: { state: 'ALARM', afterSeconds: 120 },
        },
      ],
    },
  }),
  update('abort', 'Somebody aborts the update while the new version bakes at 10 %', {
    deployment: CANARY,
    meanwhile: (scene) => ({ when: atTenPercent, happens: ({ id }) => scene.stage.store.ask(id, 'abort', 'test') }),
  }),
  {
    file: 'lambda-alias/alias-moved',
    title: 'Somebody else points the alias at an old version while the new one bakes',
    async play(scene) {
      await scene.given('dev/resize', resize({ key: 'resize-0.zip' }));
      // Keeps version 1 from being deleted when it is old.
      const beta = { FunctionName: 'resize', Name: 'beta', FunctionVersion: '1' };
      await scene.stage.lambda.send(new CreateAliasCommand(beta));
      await scene.given('dev/resize', resize({ deployment: CANARY }));
      await scene.tell('dev/resize', resize({ key: NEXT, deployment: CANARY }), {
        when: atTenPercent,
        happens: () =>
          scene.stage.lambda.send(
            new UpdateAliasCommand({
              FunctionName: 'resize',
              Name: 'live',
              FunctionVersion: '1',
              RoutingConfig: { AdditionalVersionWeights: {} },
            }),
          ),
      });
    },
  },
  {
    file: 'lambda-alias/event-sources',
    title: 'A function is created with a target group, two routes, a queue and a stream',
    scenario: SURROUNDINGS,
    play: (scene) => scene.tell('dev/resize', fed(ALL_SOURCES)),
  },
  {
    file: 'lambda-alias/event-source-changed',
    title: 'Only the batch size of a queue changes, and a route goes',
    scenario: SURROUNDINGS,
    async play(scene) {
      const sources = (BatchSize: number, routes: readonly JsonObject[]): JsonObject => ({
        PushEventSources: routes,
        PullEventSources: { EventSourceMapping: queue({ BatchSize }) },
      });
      await scene.given('dev/resize', fed(sources(5, [route()])));
      await scene.tell('dev/resize', fed(sources(50, [])));
    },
  },
  {
    file: 'lambda-alias/event-source-refused',
    title: 'AWS refuses a new event source of an update',
    scenario: {
      ...SURROUNDINGS,
      rules: [
        {
          when: { operation: 'lambda:CreateEventSourceMapping', resource: STREAM },
          then: { error: 'InvalidParameterValueException', message: 'the role may not read the stream', status: 400 },
        },
      ],
    },
    async play(scene) {
      await scene.given('dev/resize', fed({ PushEventSources: [balancer()] }));
      await scene.tell('dev/resize', fed(ALL_SOURCES, { key: NEXT }));
    },
  },
  update('provisioned', 'The new version is kept ready before it gets traffic', {
    deployment: { ...CANARY, provisionedConcurrency: { provisionedConcurrentExecutions: 5 } },
  }),
  update('provisioned-fails', 'The new version cannot be kept ready', {
    deployment: { ...CANARY, provisionedConcurrency: { provisionedConcurrentExecutions: 5 } },
    scenario: {
      rules: [{ when: { code: '*-2.zip' }, then: { provisioned: 'FUNCTION_ERROR_INIT_FAILURE', readySeconds: 40 } }],
    },
  }),
];
