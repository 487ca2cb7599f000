/** The edit that each mechanical failure asks for, by the definitions that were deployed and that ran before. */
import assert from 'node:assert/strict';
import { type Definitions, diagnose, fixFor } from '../../../engine/diagnose/index.ts';
import type { Json, JsonObject } from '../../../engine/json.ts';

const task = (changes: JsonObject = {}, container: JsonObject = {}): Definitions => ({
  task: {
    cpu: '256',
    memory: '512',
    containerDefinitions: [{ name: 'web', image: 'shop/web:2', ...container }],
    ...changes,
  },
});

/** What the failure that AWS tells of so asks for. */
function fixOf(text: string, now: Definitions, before?: Definitions) {
  const { fix, found } = diagnose(text);
  assert.ok(fix, `no fix for ${text}`);
  const made = fixFor(fix, found, now, before);
  return made?.kind === 'value' ? [made.role, made.pointer, made.value] : made;
}

const OOM =
  'task 0f3a stopped: EssentialContainerExited: Essential container in task exited [web exit code 137 (OutOfMemoryError: Container killed due to memory usage)]';
const NOT_FOUND =
  'TaskFailedToStart: CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref shop/web:2: shop/web:2: not found';
const PLATFORM = "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'";
const WINDOW = 'was unable to stop or start tasks during a deployment because of the service deployment configuration.';
const PORT = 'InvalidParameterException: The container web did not have a container port 80 defined.';
const LOG_GROUP = 'ResourceInitializationError: … The specified log group does not exist.';

const NO_ROOM = 'was unable to place a task. Reason: Capacity is unavailable at this time.';
const FALLBACK = [{ capacityProvider: 'FARGATE', weight: 1 }];
const on = (...providers: string[]): JsonObject => ({
  capacityProviderStrategy: providers.map((capacityProvider) => ({ capacityProvider, weight: 1 })),
});

describe('a fix', () => {
  const rows: readonly [what: string, text: string, now: Definitions, before: Definitions, fix: readonly Json[]][] = [
    ['gives a Fargate task the next size of memory', OOM, task(), {}, ['task', '/memory', '1024']],
    [
      'gives it half as much again where sizes are close',
      OOM,
      task({ cpu: '1024', memory: '4096' }),
      {},
      ['task', '/memory', '6144'],
    ],
    [
      "raises the container's own limit where that is lower",
      OOM,
      task({ memory: '1024' }, { memory: 400 }),
      {},
      ['task', '/containerDefinitions/0/memory', 800],
    ],
    [
      'raises the limit of a container of a task without one',
      OOM,
      { task: { containerDefinitions: [{ name: 'web', memory: 256 }] } },
      {},
      ['task', '/containerDefinitions/0/memory', 512],
    ],
    [
      'gives tasks that only run on Spot somewhere else to go',
      NO_ROOM,
      { service: on('FARGATE_SPOT'), deployment: {} },
      {},
      ['deployment', '/fallbackCapacityProviderStrategy', FALLBACK],
    ],
    [
      'goes back to the code that ran before where the new one is no package',
      'InvalidZipFileException: not a zip',
      { function: { Code: { S3Key: 'broken.zip' } } },
      { function: { Code: { S3Key: 'good.zip' } } },
      ['function', '/Code/S3Key', 'good.zip'],
    ],
    [
      'goes back to the image that ran before',
      NOT_FOUND,
      task(),
      task({}, { image: 'shop/web:1' }),
      ['task', '/containerDefinitions/0/image', 'shop/web:1'],
    ],
    [
      'runs the task on the other architecture',
      PLATFORM,
      task(),
      {},
      ['task', '/runtimePlatform/cpuArchitecture', 'ARM64'],
    ],
    [
      'runs it on the other one from ARM64 likewise',
      PLATFORM.replace('amd64', 'arm64'),
      task({ runtimePlatform: { cpuArchitecture: 'ARM64' } }),
      {},
      ['task', '/runtimePlatform/cpuArchitecture', 'X86_64'],
    ],
    [
      'gives a task the CPU that goes with its memory',
      'No Fargate configuration exists for given values: 256 CPU, 4096 memory.',
      task({ memory: '4096' }),
      {},
      ['task', '/cpu', '512'],
    ],
    [
      'lets the task create its log group',
      LOG_GROUP,
      task({}, { logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/web' } } }),
      {},
      ['task', '/containerDefinitions/0/logConfiguration/options/awslogs-create-group', 'true'],
    ],
    [
      'sends traffic to the port that the container maps',
      PORT,
      {
        ...task({}, { portMappings: [{ containerPort: 8080 }] }),
        service: { loadBalancers: [{ containerName: 'web', containerPort: 80 }] },
      },
      {},
      ['service', '/loadBalancers/0/containerPort', 8080],
    ],
    [
      'makes room for new tasks beside the old ones',
      WINDOW,
      { service: { deploymentConfiguration: { maximumPercent: 100 } } },
      {},
      ['service', '/deploymentConfiguration/maximumPercent', 200],
    ],
    [
      'waits longer where nothing went wrong',
      'not stable within 300 s',
      { deployment: {} },
      {},
      ['deployment', '/stabilityCheck/timeout', 600],
    ],
    [
      'goes back to the code that ran before',
      'InvalidParameterValueException: Error occurred while GetObject. S3 Error Code: NoSuchKey.',
      { function: { Code: { S3Bucket: 'a', S3Key: '2.zip' } } },
      { function: { Code: { S3Bucket: 'a', S3Key: '1.zip' } } },
      ['function', '/Code/S3Key', '1.zip'],
    ],
  ];
  for (const [what, text, now, before, fix] of rows) {
    it(what, () => assert.deepEqual(fixOf(text, now, before), fix));
  }

  it('takes one of two kinds of capacity out', () => {
    const text = 'Specifying both a launch type and capacity provider strategy is not supported.';
    assert.deepEqual(fixOf(text, { service: { launchType: 'FARGATE' } }), ['service', '/launchType', undefined]);
  });

  const none: readonly [what: string, text: string, now: Definitions, before: Definitions][] = [
    ['the largest task', OOM, task({ cpu: '256', memory: '2048' }), {}],
    ['an image that did not change', NOT_FOUND, task(), task()],
    ['an image that nothing ran before', NOT_FOUND, task(), {}],
    [
      'another image than the one that is missing',
      NOT_FOUND.replaceAll('web:2', 'proxy:9'),
      task(),
      task({}, { image: 'a' }),
    ],
    [
      'a container that maps two ports',
      PORT,
      task({}, { portMappings: [{ containerPort: 1 }, { containerPort: 2 }] }),
      {},
    ],
    ['a window that is wide already', WINDOW, { service: { deploymentConfiguration: { maximumPercent: 200 } } }, {}],
    ['definitions that did not render', OOM, {}, {}],
    ['tasks that run elsewhere too', NO_ROOM, { service: on('FARGATE_SPOT', 'FARGATE'), deployment: {} }, {}],
    ['tasks that never run on Spot', NO_ROOM, { service: { launchType: 'FARGATE' }, deployment: {} }, {}],
    [
      'tasks that have a fallback already',
      NO_ROOM,
      { service: on('FARGATE_SPOT'), deployment: { fallbackCapacityProviderStrategy: FALLBACK } },
      {},
    ],
    [
      'a log group of another driver',
      LOG_GROUP,
      task({}, { logConfiguration: { logDriver: 'splunk', options: {} } }),
      {},
    ],
  ];
  for (const [what, text, now, before] of none) {
    it(`is not proposed for ${what}`, () => assert.equal(fixOf(text, now, before), undefined));
  }
});
