/** Operations on listeners, whose default actions are their default rule. */
import { AwsFault } from '../fault.ts';
import { text } from '../input.ts';
import { type JsonObject, type Output, pick } from '../json.ts';
import type { Operation } from '../service.ts';
import { readActions, setActions, showActions } from './actions.ts';
import { addListener } from './creating.ts';
import { listenerNotFound, validation } from './faults.ts';
import { structures, wholeIn, words } from './form.ts';
import { elbOf, elbPage, listenerOf, loadBalancerOf, readTags } from './lookup.ts';
import type { Listener, LoadBalancer } from './state.ts';
import { groupsChanged } from './targetHealth.ts';

const FURTHER = ['SslPolicy', 'Certificates', 'AlpnPolicy', 'MutualAuthentication'];

const PROTOCOLS: Readonly<Record<LoadBalancer['type'], readonly string[]>> = {
  application: ['HTTP', 'HTTPS'],
  network: ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'],
  gateway: ['GENEVE'],
};

function showListener(listener: Listener): Output {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancer.arn,
    Port: listener.port,
    Protocol: listener.protocol,
    ...listener.further,
    DefaultActions: showActions(listener.defaultRule.actions),
  };
}

function readProtocol(input: JsonObject, { type }: LoadBalancer, before?: string): string {
  const protocol = text(input, 'Protocol') ?? before ?? '';
  if (!PROTOCOLS[type].includes(protocol)) {
    throw validation(`Listener protocol '${protocol}' must be one of '${PROTOCOLS[type].join(', ')}'`);
  }
  return protocol;
}

function readFurther(input: JsonObject, protocol: string, before: JsonObject = {}): JsonObject {
  const further: JsonObject = { ...before, ...pick(input, FURTHER) };
  const secured = protocol === 'HTTPS' || protocol === 'TLS';
  if (secured && (structures(further, 'Certificates') ?? []).length === 0) {
    throw validation(`A certificate must be specified for ${protocol} listeners`);
  }
  return secured ? { SslPolicy: 'ELBSecurityPolicy-2016-08', ...further } : further;
}

function checkPort(balancer: LoadBalancer, port: number, own?: Listener): void {
  if ([...balancer.listeners.values()].some((other) => other !== own && other.port === port)) {
    throw new AwsFault(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${balancer.arn}'`,
    );
  }
}

const createListener: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const balancer = loadBalancerOf(elb, text(input, 'LoadBalancerArn') ?? '');
  const protocol = readProtocol(input, balancer);
  const port = wholeIn(input, 'Port', 1, 65_535);
  if (port === undefined) throw validation('A port must be specified');
  const further = readFurther(input, protocol);
  const actions = readActions(elb, balancer, input, 'DefaultActions');
  checkPort(balancer, port);
  const listener = addListener(elb, balancer, { port, protocol, further, actions, tags: readTags(input) });
  return { Listeners: [showListener(listener)] };
};

const modifyListener: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const listener = listenerOf(elb, text(input, 'ListenerArn') ?? '');
  const { loadBalancer: balancer } = listener;
  const protocol = readProtocol(input, balancer, listener.protocol);
  const port = wholeIn(input, 'Port', 1, 65_535) ?? listener.port;
  const further = readFurther(input, protocol, listener.further);
  const given = structures(input, 'DefaultActions') ?? [];
  const actions = given.length === 0 ? undefined : readActions(elb, balancer, input, 'DefaultActions');
  checkPort(balancer, port, listener);
  listener.port = port;
  listener.protocol = protocol;
  listener.further = further;
  if (actions !== undefined) setActions(listener.defaultRule, actions);
  return { Listeners: [showListener(listener)] };
};

const describeListeners: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const arns = words(input, 'ListenerArns');
  const balancerArn = text(input, 'LoadBalancerArn') || undefined;
  if (!arns?.length && balancerArn === undefined) {
    throw validation('You must specify either listener ARNs or a load balancer ARN');
  }
  const listeners = arns?.length
    ? arns.map((arn) => listenerOf(elb, arn))
    : [...loadBalancerOf(elb, balancerArn ?? '').listeners.values()];
  const page = elbPage(region, input, listeners, ({ arn }) => arn);
  return { Listeners: page.items.map(showListener), NextMarker: page.nextToken };
};

const deleteListener: Operation = (input, { region }) => {
  const elb = elbOf(region);
  const arn = text(input, 'ListenerArn') ?? '';
  const balancer = [...elb.loadBalancers.values()].find(({ listeners }) => listeners.has(arn));
  if (balancer === undefined) throw listenerNotFound();
  balancer.listeners.delete(arn);
  groupsChanged(elb);
  return {};
};

export const listenerOperations = {
  CreateListener: createListener,
  ModifyListener: modifyListener,
  DescribeListeners: describeListeners,
  DeleteListener: deleteListener,
};
