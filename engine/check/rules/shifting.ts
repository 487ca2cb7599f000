/**
 * Rules about ECS's own traffic shifting: what the strategies BLUE_GREEN, LINEAR and CANARY need, and where their
 * lifecycle hooks may stand. Sources: Amazon ECS API reference, DeploymentConfiguration, DeploymentLifecycleHook and
 * AdvancedConfiguration; developer guide, "lifecycle hooks".
 */
import type { Place } from '../place.ts';
import { type Rules, writing } from '../rule.ts';

const STRATEGIES: ReadonlySet<string> = new Set(['BLUE_GREEN', 'LINEAR', 'CANARY']);

/** Hooks of one kind that a service may have. */
const MOST_HOOKS = 10;

/** A function has to answer within a day; a pause may last two weeks. Minutes. */
const LONGEST_ANSWER = 1440;

/** ECS shifts the traffic there itself: nothing can be halted in the middle of it. */
const NO_PAUSE_AT: ReadonlySet<string> = new Set(['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT']);

/** The strategy's place, where the controller is ECS and traffic is shifted. */
function shiftingStrategy(service: Place | undefined): Place | undefined {
  const controller = service?.at('deploymentController', 'type')?.text ?? 'ECS';
  const strategy = service?.at('deploymentConfiguration', 'strategy');
  return controller === 'ECS' && STRATEGIES.has(strategy?.text ?? '') ? strategy : undefined;
}

const hooksOf = (service: Place | undefined): readonly Place[] =>
  service?.get('deploymentConfiguration')?.each('lifecycleHooks') ?? [];

const isPause = (hook: Place): boolean => hook.get('targetType')?.text === 'PAUSE';

export const SHIFTING_RULES: Rules = {
  'service.no-alternate-target-group': {
    severity: 'error',
    title: 'ECS is to shift traffic, and is not told between which target groups',
    about:
      'With the strategies BLUE_GREEN, LINEAR and CANARY each load balancer needs `advancedConfiguration`: the other target group, the production listener rule, and the role that ECS shifts with.',
    check({ service }, report) {
      const strategy = shiftingStrategy(service);
      if (strategy === undefined) return;
      for (const balancer of service?.each('loadBalancers') ?? []) {
        const advanced = balancer.get('advancedConfiguration');
        if (!balancer.has('advancedConfiguration')) {
          report(
            balancer,
            `the strategy ${strategy.shown} needs advancedConfiguration here`,
            'add "advancedConfiguration" with "alternateTargetGroupArn", "productionListenerRule" and "roleArn"',
          );
          continue;
        }
        for (const key of ['alternateTargetGroupArn', 'productionListenerRule', 'roleArn'])
          if (advanced && !advanced.has(key))
            report(advanced, `advancedConfiguration has no ${key}`, `add "${key}": ECS shifts no traffic without it`);
      }
    },
  },

  'service.same-target-group': {
    severity: 'error',
    title: 'A target group is its own alternate',
    about: '`targetGroupArn` and `alternateTargetGroupArn` are two target groups, between which traffic moves.',
    check({ service }, report) {
      for (const balancer of service?.each('loadBalancers') ?? []) {
        const alternate = balancer.at('advancedConfiguration', 'alternateTargetGroupArn');
        if (alternate?.text === undefined || alternate.text !== balancer.get('targetGroupArn')?.text) continue;
        report(alternate, 'is the same target group as targetGroupArn', 'name the other target group of the pair');
      }
    },
  },

  'service.nothing-to-shift': {
    severity: 'error',
    title: 'Traffic is to be shifted in steps, and nothing carries it',
    about: 'LINEAR and CANARY work on an Application Load Balancer or on Service Connect; BLUE_GREEN works without.',
    check({ service }, report) {
      const strategy = shiftingStrategy(service);
      if (strategy === undefined || strategy.text === 'BLUE_GREEN') return;
      if (service?.has('loadBalancers') || service?.at('serviceConnectConfiguration', 'enabled')?.isTrue) return;
      report(
        strategy,
        `${strategy.shown} needs an Application Load Balancer or Service Connect`,
        'add "loadBalancers" with "advancedConfiguration", or write "BLUE_GREEN"',
        writing('BLUE_GREEN'),
      );
    },
  },

  'service.hook-stage': {
    severity: 'error',
    title: 'A lifecycle hook stands where it cannot',
    about:
      'A hook needs at least one stage; one that pauses cannot stand at TEST_TRAFFIC_SHIFT or PRODUCTION_TRAFFIC_SHIFT.',
    check({ service }, report) {
      for (const hook of hooksOf(service)) {
        if (!hook.has('lifecycleStages'))
          report(hook, 'the hook has no lifecycleStages', 'add the stages, for example ["POST_SCALE_UP"]');
        for (const stage of isPause(hook) ? hook.each('lifecycleStages') : []) {
          if (!NO_PAUSE_AT.has(stage.text ?? '')) continue;
          const before = `PRE_${stage.text}`;
          const instead = stage.text === 'PRODUCTION_TRAFFIC_SHIFT' ? before : 'POST_SCALE_UP';
          report(stage, `nothing can pause at ${stage.shown}`, `pause before it: "${instead}"`, writing(instead));
        }
      }
    },
  },

  'service.hook-target': {
    severity: 'error',
    title: 'A lifecycle hook calls no function, or may not',
    about:
      'A hook that is not a PAUSE needs `hookTargetArn`, the function, and `roleArn`, the role that may invoke it.',
    check({ service }, report) {
      for (const hook of hooksOf(service)) {
        const missing = ['hookTargetArn', 'roleArn'].filter((key) => !hook.has(key));
        if (isPause(hook) || missing.length === 0) continue;
        const hint = `add ${missing.map((key) => `"${key}"`).join(' and ')}, or write "targetType": "PAUSE"`;
        report(hook, `the hook has no ${missing.join(' and no ')}`, hint);
      }
    },
  },

  'service.hook-timeout': {
    severity: 'error',
    title: 'A function of a lifecycle hook is given more than a day',
    about: 'A function has to answer within 1 to 1440 minutes; only a PAUSE may last up to 20160.',
    check({ service }, report) {
      for (const hook of hooksOf(service)) {
        const minutes = hook.at('timeoutConfiguration', 'timeoutInMinutes');
        if (isPause(hook) || minutes?.number === undefined || minutes.number <= LONGEST_ANSWER) continue;
        const write = { title: `Change to ${LONGEST_ANSWER}`, json: String(LONGEST_ANSWER) };
        report(
          minutes,
          `${minutes.shown} minutes are more than the 1440 that a function may take`,
          'write 1440 or less',
          { write },
        );
      }
    },
  },

  'service.hook-count': {
    severity: 'error',
    title: 'There are more lifecycle hooks than ECS takes',
    about: 'A service may have 10 hooks that pause and 10 that call functions.',
    check({ service }, report) {
      const hooks = hooksOf(service);
      for (const [kind, group] of [
        ['that pause', hooks.filter(isPause)],
        ['that call functions', hooks.filter((hook) => !isPause(hook))],
      ] as const) {
        if (group.length > MOST_HOOKS)
          report(
            group[MOST_HOOKS],
            `${group.length} hooks ${kind}, and ECS takes ${MOST_HOOKS}`,
            'let one hook stand at several stages',
          );
      }
    },
  },
};
