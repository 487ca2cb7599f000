/** Rules about `_depdef.json` and `_lambdadepdef.json`: whether the settings fit together and the definition. */
import { numberAt, type Place, textAt } from '../place.ts';
import { type Rules, type Subject, writing } from '../rule.ts';
import { isTargetGroup, TARGET_GROUP_HINT } from './balancing.ts';
import { reportUseless } from './reporting.ts';
import { controllerOf } from './service.ts';

const loadBalancersOf = (service: Place | undefined): readonly Place[] => service?.each('loadBalancers') ?? [];

const pairsOf = (deployment: Place | undefined): readonly Place[] => deployment?.each('targetGroupArnPairs') ?? [];

/** The desired count, which percentages are of. */
const desiredOf = ({ service }: Subject): number | undefined => service?.get('desiredCount')?.number;

/** A strategy in words that are equal where it means the same: of one provider alone, weights say nothing. */
function strategyText(strategy: Place | undefined): string | undefined {
  const items = strategy?.items();
  const [first] = items ?? [];
  if (items?.length === 1) return textAt(first, 'capacityProvider') ?? '';
  return items
    ?.map(
      (item) => `${textAt(item, 'capacityProvider')} ${numberAt(item, 'weight') ?? 0} ${numberAt(item, 'base') ?? 0}`,
    )
    .sort()
    .join(', ');
}

/** Of up to three tasks, a threshold of this many percent means one of them. */
const FAIR_PERCENT = 20;

/** Least time from the start of a task to its failure, seconds: it is placed, its image is pulled, it ends. */
const SECONDS_TO_FAIL = 10;

/** How a service is deployed: ECS's rolling update, ECS's own traffic shifting, or task sets. */
function wayOf(service: Place | undefined): 'rolling' | 'native' | 'taskSets' | undefined {
  if (service === undefined) return undefined;
  const controller = controllerOf(service);
  if (controller !== 'ECS') return controller === 'EXTERNAL' ? 'taskSets' : undefined;
  return (service.at('deploymentConfiguration', 'strategy')?.text ?? 'ROLLING') === 'ROLLING' ? 'rolling' : 'native';
}

type NotCarriedOut = readonly [key: string, why: string, hint: string];

const NO_PAUSES: NotCarriedOut = [
  'pauseHooks',
  "only ECS's own BLUE_GREEN, LINEAR and CANARY have lifecycle hooks that pause",
  'take pauseHooks out, or do not count on it',
];

const BY_ECS = 'the service definition has ECS shift the traffic itself';

/** What a deployment definition may ask for and the way of deploying has no use for. */
const NOT_CARRIED_OUT: Readonly<Record<'rolling' | 'native' | 'taskSets', readonly NotCarriedOut[]>> = {
  rolling: [
    ...['trafficShiftingConfig', 'targetGroupArnPairs'].map(
      (key): NotCarriedOut => [
        key,
        "ECS's rolling update alone deploys this service",
        `take ${key} out, or write "EXTERNAL" as the type of deploymentController`,
      ],
    ),
    NO_PAUSES,
  ],
  native: [
    [
      'trafficShiftingConfig',
      BY_ECS,
      'take it out, and set linearConfiguration or canaryConfiguration, and bakeTimeInMinutes, in deploymentConfiguration of the service definition',
    ],
    [
      'targetGroupArnPairs',
      BY_ECS,
      'take it out: targetGroupArn and advancedConfiguration.alternateTargetGroupArn of the service definition are the pair',
    ],
    [
      'deleteNewUponTrafficShiftFailure',
      BY_ECS,
      'take it out: ECS stops the new tasks when it rolls back; a lifecycle hook that pauses is a way to have a look first',
    ],
  ],
  taskSets: [NO_PAUSES],
};

export const DEPLOYMENT_RULES: Rules = {
  'deployment.no-pairs': {
    severity: 'error',
    title: 'Traffic is to shift, and there is no pair of target groups',
    about:
      'With the controller EXTERNAL, GitMoxi shifts traffic between the two halves of a pair in `targetGroupArnPairs`.',
    check({ service, deployment }, report) {
      const shifting = deployment?.get('trafficShiftingConfig');
      if (controllerOf(service) !== 'EXTERNAL' || loadBalancersOf(service).length === 0 || !shifting) return;
      if (deployment!.get('targetGroupArnPairs') !== undefined || deployment!.get('targetGroupArns') !== undefined)
        return;
      report(
        shifting,
        'traffic is to shift, and no target groups are given to shift between',
        'add "targetGroupArnPairs"',
        { atKey: true },
      );
    },
  },

  'deployment.no-shifting': {
    severity: 'warning',
    title: 'A blue/green service has a load balancer and no traffic shifting',
    about:
      'The presence of `trafficShiftingConfig` turns traffic shifting on; without it the new tasks are not put behind the load balancer in steps, and no alarm is watched meanwhile.',
    check({ service, deployment, complete }, report) {
      if (controllerOf(service) !== 'EXTERNAL' || loadBalancersOf(service).length === 0 || !complete) return;
      const old = ['trafficShiftingConfig', 'trafficShift', 'trafficShiftingEnabled'];
      if (old.some((key) => deployment?.get(key) !== undefined)) return;
      const place = deployment?.get('targetGroupArnPairs') ?? service!.get('loadBalancers');
      const hint = 'add "trafficShiftingConfig" and "targetGroupArnPairs" to the deployment definition';
      report(place, 'the service has a load balancer, and traffic shifting is off', hint, { atKey: true });
    },
  },

  'deployment.nothing-to-shift': {
    severity: 'warning',
    title: 'Traffic shifting is set for a service without a load balancer',
    about: 'There is no traffic that could be shifted.',
    check({ service, deployment }, report) {
      if (!service || controllerOf(service) !== 'EXTERNAL' || loadBalancersOf(service).length > 0) return;
      const setting = deployment?.get('trafficShiftingConfig');
      if (setting)
        report(
          setting,
          'trafficShiftingConfig has no effect: the service has no load balancer',
          'delete it, or add "loadBalancers" to the service',
          { atKey: true, remove: { title: 'Delete "trafficShiftingConfig"' } },
        );
    },
  },

  'deployment.group-not-paired': {
    severity: 'error',
    title: 'The active target group is in no pair',
    about: 'A rollout finds the pair that holds the target group of `loadBalancers` and shifts to its other half.',
    check({ service, deployment }, report) {
      const pairs = pairsOf(deployment);
      const areLists = pairs.every(({ node }) => node.type === 'array');
      if (pairs.length === 0 || !areLists || controllerOf(service) !== 'EXTERNAL') return;
      const paired = new Set(pairs.flatMap((pair) => pair.items().map(({ text }) => text)));
      for (const balancer of loadBalancersOf(service)) {
        const group = balancer.get('targetGroupArn');
        // What is no target group at all is said of it already.
        if (group?.text === undefined || !isTargetGroup(group.text) || paired.has(group.text)) continue;
        report(group, `target group ${group.shown} is in no pair of targetGroupArnPairs`, 'name one half of a pair', {
          see: { place: deployment!.get('targetGroupArnPairs')!, message: 'the pairs' },
        });
      }
    },
  },

  'deployment.group-in-two-pairs': {
    severity: 'error',
    title: 'A target group stands in two pairs',
    about: 'Which half it has to be exchanged with would not be clear.',
    check({ deployment }, report) {
      const seen = new Map<string, Place>();
      for (const pair of pairsOf(deployment)) {
        for (const group of new Map(pair.items().map((one) => [one.text, one])).values()) {
          if (group.text === undefined) continue;
          const known = seen.get(group.text);
          if (known)
            report(group, `target group ${group.shown} is in another pair too`, 'put each target group in one pair', {
              see: { place: known, message: 'the other pair' },
            });
          else seen.set(group.text, group);
        }
      }
    },
  },

  'deployment.one-step': {
    severity: 'info',
    title: 'Traffic shifts in steps of 100 percent',
    about: 'That is what `ALL_AT_ONCE` says more clearly.',
    check({ deployment }, report) {
      const shifting = deployment?.get('trafficShiftingConfig');
      const percent = shifting?.get('percent');
      if (percent?.number === 100 && shifting!.get('type')?.text !== 'ALL_AT_ONCE')
        report(percent, 'the first step is already everything', 'lower the percentage, or write "type": "ALL_AT_ONCE"');
    },
  },

  'deployment.linear-steps': {
    severity: 'info',
    title: 'A linear shift has an uneven last step',
    about: 'Steps are `percent` each until 100; where 100 is no multiple, the last one is smaller.',
    check({ deployment }, report) {
      const shifting = deployment?.get('trafficShiftingConfig');
      const percent = shifting?.get('percent')?.number;
      if (shifting?.get('type')?.text !== 'LINEAR' || percent === undefined || percent <= 0 || percent >= 100) return;
      const rest = 100 % percent;
      if (rest !== 0)
        report(
          shifting.get('percent'),
          `the last of ${Math.ceil(100 / percent)} steps is ${Number(rest.toFixed(2))} percent`,
          'choose a divisor of 100 for even steps',
        );
    },
  },

  'deployment.timeout-too-short': {
    severity: 'warning',
    title: 'The stability check ends before its second look',
    about: 'Where the whole time is not longer than `pollInterval`, the service is looked at once.',
    check(subject, report) {
      const check = subject.deployment?.get('stabilityCheck');
      const desired = desiredOf(subject);
      const interval = check?.get('pollInterval')?.number ?? 30;
      const timeout = check?.get('timeout');
      const perTask = check?.get('timeoutPerTask');
      if (perTask && desired === undefined) return;
      const seconds = Math.max(timeout?.number ?? 0, (perTask?.number ?? 0) * (desired ?? 0));
      if (seconds === 0 || seconds > interval) return;
      report(
        timeout ?? perTask,
        `the check ends after ${seconds} s, and looks every ${interval} s`,
        'raise the time-out, or lower pollInterval',
      );
    },
  },

  'deployment.breaker-always-trips': {
    severity: 'warning',
    title: 'One failed task ends the deployment',
    about:
      'The threshold is the smaller of `failureThreshold` and `failureThresholdPercent` of the desired count, and at least 1.',
    check(subject, report) {
      const breaker = subject.deployment?.get('gmDeploymentCircuitBreaker');
      const desired = desiredOf(subject);
      const percent = breaker?.get('failureThresholdPercent');
      if (percent?.number === undefined || !desired || Math.ceil((percent.number * desired) / 100) > 1) return;
      // Of a few tasks, one is a fair share.
      if (desired < 4 && percent.number >= FAIR_PERCENT) return;
      report(
        percent,
        `${percent.shown} percent of ${desired} tasks is ${(percent.number * desired) / 100}: the first failed task ends the deployment`,
        'raise it, unless that is meant',
      );
    },
  },

  'deployment.breaker-never-counts': {
    severity: 'info',
    title: 'A limit of the circuit breaker can never be the smaller one',
    about:
      'Where both thresholds are given, the smaller number of tasks counts; `failureThresholdPercent` is of the desired count.',
    check(subject, report) {
      const breaker = subject.deployment?.get('gmDeploymentCircuitBreaker');
      const desired = desiredOf(subject);
      const count = breaker?.get('failureThreshold');
      const percent = breaker?.get('failureThresholdPercent');
      if (count?.number === undefined || percent?.number === undefined || desired === undefined) return;
      const ofDesired = Math.max(1, Math.ceil((percent.number * desired) / 100));
      if (count.number <= ofDesired) return;
      report(
        count,
        `failureThreshold ${count.shown} never counts: ${percent.shown} percent of ${desired} tasks is ${ofDesired}`,
        'delete one of the two',
      );
    },
  },

  'deployment.fallback-equals-primary': {
    severity: 'warning',
    title: 'The fallback is the capacity that just failed',
    about:
      "`fallbackCapacityProviderStrategy` is used when the service's own strategy cannot place the tasks; the same strategy would fail again.",
    check({ service, deployment }, report) {
      const fallback = deployment?.get('fallbackCapacityProviderStrategy');
      const primary = service?.get('capacityProviderStrategy');
      if (!fallback || fallback.items().length === 0) return;
      const same =
        strategyText(fallback) ===
        (strategyText(primary) ?? (service?.get('launchType')?.text === 'FARGATE' ? 'FARGATE' : undefined));
      if (same)
        report(
          fallback,
          "the fallback is the same as the service's own capacity",
          'name another capacity provider, for example FARGATE behind FARGATE_SPOT',
          { atKey: true },
        );
    },
  },

  'deployment.breaker-never-trips': {
    severity: 'warning',
    title: 'The circuit breaker can never trip',
    about:
      'Tasks are counted as they fail, at most one of each desired task in about 10 seconds, until the stability check ends: a higher threshold is not reached in that time.',
    check(subject, report) {
      const { deployment } = subject;
      const threshold = deployment?.at('gmDeploymentCircuitBreaker', 'failureThreshold');
      const desired = desiredOf(subject);
      if (threshold?.number === undefined || desired === undefined || desired <= 0) return;
      if (deployment!.at('gmDeploymentCircuitBreaker', 'failureThresholdPercent') !== undefined) return;
      const check = deployment!.get('stabilityCheck');
      const given = [check?.get('timeout')?.number, (check?.get('timeoutPerTask')?.number ?? 0) * desired];
      const seconds = Math.max(...given.map((one) => one ?? 0)) || 300;
      const most = Math.floor(seconds / SECONDS_TO_FAIL) * desired;
      if (threshold.number > most)
        report(
          threshold,
          `${threshold.shown} tasks cannot fail: with ${desired} desired, at most about ${most} do in the ${seconds} s of the stability check`,
          'lower it, or use failureThresholdPercent',
        );
    },
  },

  'deployment.unused-percent': {
    severity: 'info',
    title: 'All traffic shifts at once, in steps of a percentage',
    about: 'With `ALL_AT_ONCE` there is one step: `percent` has no effect.',
    check({ deployment }, report) {
      const shifting = deployment?.get('trafficShiftingConfig');
      if (shifting?.get('type')?.text === 'ALL_AT_ONCE' && shifting.get('percent')?.number !== 100)
        reportUseless(shifting.get('percent'), 'has no effect with ALL_AT_ONCE', report, 'info');
    },
  },

  'deployment.alarm-name': {
    severity: 'error',
    title: 'An alarm is not named by its name',
    about: '`alarmNames` are names of CloudWatch alarms, not ARNs.',
    check({ deployment }, report) {
      for (const alarm of deployment?.get('alarms')?.each('alarmNames') ?? []) {
        const name = /^arn:aws[a-z-]*:cloudwatch:[^:]*:[^:]*:alarm:(.+)$/.exec(alarm.text ?? '')?.[1];
        if (name === undefined) continue;
        const isPlain =
          alarm.file.map.toSource(alarm.node.offset, alarm.node.offset + alarm.node.length).names.length === 0;
        report(
          alarm,
          'this is the ARN of an alarm, not its name',
          `write "${isPlain ? name : 'NAME'}"`,
          isPlain ? writing(name) : {},
        );
      }
    },
  },

  'deployment.no-alarms': {
    severity: 'warning',
    title: 'Alarms are to be watched, and none is named',
    about: '`alarms` without `alarmNames` watches nothing.',
    check({ deployment }, report) {
      const alarms = deployment?.get('alarms');
      if (alarms?.node.type === 'object' && !alarms.has('alarmNames'))
        report(alarms, 'no alarm is named', 'name the alarms in "alarmNames", or delete "alarms"', { atKey: true });
    },
  },

  'deployment.target-group': {
    severity: 'error',
    title: 'Half of a pair is not the ARN of a target group',
    about: '`targetGroupArnPairs` are pairs of `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`.',
    check({ deployment }, report) {
      for (const group of pairsOf(deployment).flatMap((pair) => pair.items()))
        if (group.text !== undefined && !isTargetGroup(group.text))
          report(group, `${group.shown} is not the ARN of a target group`, TARGET_GROUP_HINT);
    },
  },

  'deployment.setting-not-carried-out': {
    severity: 'warning',
    title: 'A setting has no effect for the way this service is deployed',
    about:
      "Traffic shifting by GitMoxi is for the controller EXTERNAL. ECS's own strategies shift between the target groups of the service definition, and only they have lifecycle hooks that pause.",
    check({ service, deployment }, report) {
      const way = wayOf(service);
      for (const [key, why, hint] of way === undefined ? [] : NOT_CARRIED_OUT[way]) {
        const setting = deployment?.has(key) ? deployment.get(key) : undefined;
        if (setting === undefined || (key === 'deleteNewUponTrafficShiftFailure' && setting.isTrue)) continue;
        report(setting, `${key} is checked and not carried out: ${why}`, hint, {
          atKey: true,
          remove: { title: `Delete "${key}"` },
        });
      }
    },
  },
};
