/** Operations on the targets of target groups. */
import { isIP } from 'node:net';
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import type { JsonObject, Output } from '../json.ts';
import { mayInvoke } from '../lambda/index.ts';
import type { Operation } from '../service.ts';
import type { Region } from '../world.ts';
import { validation } from './faults.ts';
import { structures, wholeIn } from './form.ts';
import { elbOf, targetGroupOf } from './lookup.ts';
import type { Target, TargetGroup } from './state.ts';
import { deregisterTarget, registerTarget, targetKey } from './targetHealth.ts';

interface NamedTarget {
  readonly id: string;
  readonly port: number | undefined;
  readonly availabilityZone: string | undefined;
}

function readTargets(group: TargetGroup, input: JsonObject): readonly NamedTarget[] | undefined {
  return structures(input, 'Targets')?.map((target) => ({
    id: text(target, 'Id') ?? '',
    port: group.targetType === 'lambda' ? undefined : (wholeIn(target, 'Port', 1, 65_535) ?? group.port),
    availabilityZone: text(target, 'AvailabilityZone'),
  }));
}

const invalidTarget = (message: string) => new AwsFault('InvalidTarget', message);

function checkTarget(region: Region, group: TargetGroup, id: string): void {
  if (group.targetType === 'ip' && isIP(id) === 0) {
    throw validation(`The IP address '${id.slice(0, 60)}' is not a valid IPv4 or IPv6 address`);
  }
  if (group.targetType === 'instance' && !/^i-[0-9a-f]{8,17}$/.test(id)) {
    throw invalidTarget(
      `The following targets are not in a running state and cannot be registered: '${id.slice(0, 60)}'`,
    );
  }
  if (group.targetType !== 'lambda') return;
  if (!/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/.test(id)) {
    throw validation(`'${id.slice(0, 160)}' is not a valid Lambda function ARN`);
  }
  if (!mayInvoke(region, id, 'elasticloadbalancing.amazonaws.com', group.arn)) {
    throw new AwsFault(
      'AccessDenied',
      `elasticloadbalancing principal does not have permission to invoke ${id} from target group ${group.arn}`,
      403,
    );
  }
}

const registerTargets: Operation = (input, { region }) => {
  const group = targetGroupOf(elbOf(region), text(input, 'TargetGroupArn') ?? '');
  const targets = readTargets(group, input) ?? [];
  if (targets.length === 0) throw validation('At least one target must be specified');
  for (const { id } of targets) checkTarget(region, group, id);
  if (group.targetType === 'lambda') {
    const ids = new Set([...[...group.targets.values()].map(({ id }) => id), ...targets.map(({ id }) => id)]);
    // One function per group: developer guide, "Lambda functions as targets".
    if (ids.size > 1) throw new AwsFault('TooManyTargets', `The limit of 1 target in '${group.arn}' is reached`);
  }
  for (const target of targets) registerTarget(group, target);
  return {};
};

/** Of a target without a port, every registration: API, DeregisterTargets. */
const deregisterTargets: Operation = (input, { region }) => {
  const group = targetGroupOf(elbOf(region), text(input, 'TargetGroupArn') ?? '');
  const given = structures(input, 'Targets') ?? [];
  if (given.length === 0) throw validation('At least one target must be specified');
  const leaving = given.flatMap((named) => {
    const id = text(named, 'Id') ?? '';
    const port = wholeIn(named, 'Port', 1, 65_535);
    const found = [...group.targets.values()].filter((t) => t.id === id && (port === undefined || t.port === port));
    if (found.length === 0) {
      throw invalidTarget(`The following targets are not registered with the target group: '${id.slice(0, 160)}'`);
    }
    return found;
  });
  for (const target of leaving) deregisterTarget(target);
  return {};
};

/** A registration takes so long before its checks begin, ms. */
const REGISTERING_MS = 3000;

function showHealth(target: Target, now: number): Output {
  const { group, id, port, availabilityZone, state, reason } = target;
  const isRegistering = state === 'initial' && now < target.registeredAt + REGISTERING_MS;
  const shown = isRegistering
    ? { code: 'Elb.RegistrationInProgress', text: 'Target registration is in progress' }
    : reason;
  return {
    Target: { Id: id, Port: port, AvailabilityZone: availabilityZone },
    HealthCheckPort:
      group.healthCheck.port === 'traffic-port' ? port && String(port) : (group.healthCheck.port ?? undefined),
    TargetHealth: { State: state, Reason: shown?.code, Description: shown?.text },
  };
}

const describeTargetHealth: Operation = (input, { region }) => {
  const group = targetGroupOf(elbOf(region), text(input, 'TargetGroupArn') ?? '');
  const asked = readTargets(group, input);
  if (!asked?.length) {
    return { TargetHealthDescriptions: [...group.targets.values()].map((target) => showHealth(target, region.now)) };
  }
  return {
    TargetHealthDescriptions: asked.map(({ id, port }) => {
      const found = group.targets.get(targetKey(id, port));
      if (found !== undefined) return showHealth(found, region.now);
      return {
        Target: { Id: id, Port: port },
        TargetHealth: {
          State: 'unused',
          Reason: 'Target.NotRegistered',
          Description: 'Target is not registered to the target group',
        },
      };
    }),
  };
};

export const targetOperations = {
  RegisterTargets: registerTargets,
  DeregisterTargets: deregisterTargets,
  DescribeTargetHealth: describeTargetHealth,
};
