/** Rules about where things are: ARNs against the `environment` that is deployed to. */
import { SENSITIVE } from '../../redact.ts';
import type { Place } from '../place.ts';
import { REGIONS } from '../regions.ts';
import { type Report, type Rules, type Subject, writing } from '../rule.ts';
import { mappingsOf } from './eventSources.ts';
import { didYouMean, nearestTo } from './reporting.ts';

interface Arn {
  readonly region: string;
  readonly account: string;
}

function parseArn(text: string | undefined): Arn | undefined {
  const match = /^arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):(\d{12})?:/.exec(text ?? '');
  return match ? { region: match[1]!, account: match[2] ?? '' } : undefined;
}

/** What ECS itself moves the traffic with. */
const ADVANCED = ['alternateTargetGroupArn', 'productionListenerRule', 'testListenerRule', 'roleArn'];

/** Values that have to be in the region and account of the workload. Images and keys may be elsewhere. */
function localPlaces(subject: Subject): (Place | undefined)[] {
  const { service, task, deployment, eventSource } = subject;
  const balancers = service?.each('loadBalancers') ?? [];
  return [
    service?.get('cluster'),
    ...balancers.map((one) => one.get('targetGroupArn')),
    ...balancers.flatMap((one) => ADVANCED.map((key) => one.at('advancedConfiguration', key))),
    ...(service?.each('serviceRegistries').map((one) => one.get('registryArn')) ?? []),
    task?.get('executionRoleArn'),
    task?.get('taskRoleArn'),
    ...(deployment?.each('targetGroupArnPairs').flatMap((pair) => pair.items()) ?? []),
    subject.function?.get('Role'),
    ...(eventSource?.oneOrMore('PushEventSources').map((one) => one.get('TargetGroupArn')) ?? []),
  ];
}

/** Values that may be elsewhere where somebody allows it, and seldom are. */
function foreignPlaces(subject: Subject, key: 'region' | 'account'): (Place | undefined)[] {
  const containers = subject.task?.each('containerDefinitions') ?? [];
  const secrets = containers.flatMap((one) => [
    ...one.each('secrets'),
    ...(one.get('logConfiguration')?.each('secretOptions') ?? []),
  ]);
  return [
    ...secrets.map((one) => one.get('valueFrom')),
    subject.function?.at('DeadLetterConfig', 'TargetArn'),
    ...mappingsOf(subject).map((mapping) => mapping.at('DestinationConfig', 'OnFailure', 'Destination')),
    ...(key === 'account' ? mappingsOf(subject).map((mapping) => mapping.get('EventSourceArn')) : []),
  ];
}

function compare(subject: Subject, key: 'region' | 'account', report: Report): void {
  const setting = subject.deployment?.at('environment', key);
  if (setting?.text === undefined || setting.text === '') return;
  // What is no region or account is said to be none.
  if (key === 'region' ? isUnknownRegion(setting.text) : !/^\d{12}$/.test(setting.text)) return;
  const ofAnyAccount =
    key === 'region'
      ? [
          ...mappingsOf(subject).map((mapping) => mapping.get('EventSourceArn')),
          ...(subject.function?.each('Layers') ?? []),
        ]
      : [];
  const see = { place: setting, message: 'where the workload is deployed' };
  const differing = (place: Place | undefined) => {
    const found = parseArn(place?.text)?.[key];
    return found === undefined || found === '' || found === setting.text
      ? undefined
      : `this is in ${key} ${place!.isSecret ? SENSITIVE : found}, and the workload is deployed to ${setting.bare}`;
  };
  for (const place of [...localPlaces(subject), ...ofAnyAccount]) {
    const message = differing(place);
    if (message) report(place, message, `name one in ${setting.bare}, or correct the environment`, { see });
  }
  for (const place of foreignPlaces(subject, key)) {
    const message = differing(place);
    if (message)
      report(place, message, `name one in ${setting.bare}, unless the workload may use it`, { see, severity: 'info' });
  }
}

/** Region names come and go more often than this program: one that is near a known one is a slip, others may be new. */
const isUnknownRegion = (text: string): boolean => !REGIONS.includes(text);

export const ENVIRONMENT_RULES: Rules = {
  'environment.unknown-region': {
    severity: 'warning',
    title: 'There is no such region',
    about:
      'A deployment to a region that does not exist fails at its first request. Regions that are newer than this version may be right.',
    check({ deployment }, report) {
      const region = deployment?.at('environment', 'region');
      // What does not even look like a region is said by the schema.
      if (!region?.text || !isUnknownRegion(region.text) || !/^[a-z]{2,}(?:-[a-z]+)+-\d$/.test(region.text)) return;
      const near = nearestTo(region, REGIONS);
      report(
        region,
        `no region is called ${region.shown}`,
        didYouMean(near, 'correct it, unless it is new'),
        writing(near),
      );
    },
  },
  'environment.other-region': {
    severity: 'error',
    title: 'Something is in another region than the workload',
    about:
      'Clusters, target groups, listener rules, queues, streams and layers have to be in the region that is deployed to. Secrets and where failed events go may be elsewhere, which is said as a note.',
    check: (subject, report) => compare(subject, 'region', report),
  },
  'environment.other-account': {
    severity: 'warning',
    title: 'Something is in another account than the workload',
    about:
      'Clusters, target groups, listener rules and roles have to be in the account that is deployed to. Secrets, queues and streams may be in another one that allows it, which is said as a note.',
    check: (subject, report) => compare(subject, 'account', report),
  },
  'environment.log-region': {
    severity: 'warning',
    title: 'Logs go to another region',
    about: 'Log groups are usually in the region of the tasks.',
    check({ task, deployment }, report) {
      const setting = deployment?.at('environment', 'region');
      if (setting?.text === undefined || isUnknownRegion(setting.text)) return;
      for (const container of task?.each('containerDefinitions') ?? []) {
        const region = container.at('logConfiguration', 'options', 'awslogs-region');
        if (region?.text === undefined || region.text === setting.text) continue;
        report(
          region,
          `logs go to ${region.shown}, and the tasks run in ${setting.bare}`,
          `write ${setting.shown}, unless that is meant`,
          { see: { place: setting, message: 'where the workload is deployed' } },
        );
      }
    },
  },
};
