/** ECS operations on service deployments and service revisions. */
import { AwsFault } from '../fault.ts';
import { number, object, text, texts } from '../input.ts';
import type { Output } from '../json.ts';
import type { Operation } from '../service.ts';
import { isOpen, setStatus } from './deployments.ts';
import { invalidParameter, unsupported } from './faults.ts';
import { answerPause } from './hooks.ts';
import { clusterOf, ecsOf, ecsPage, serviceOf } from './lookup.ts';
import { showBriefRecord, showRecord, showRevision } from './serviceViews.ts';
import type { Ecs, EcsService, ServiceDeployment } from './state.ts';
import { wake, wakeAfterRequest } from './waking.ts';

/** `arn:…:service-deployment/<cluster>/<service>/<id>`, and the same for revisions. */
function serviceOfArn(ecs: Ecs, arn: string): EcsService | undefined {
  const [, cluster = '', service = ''] = arn.split('/');
  return ecs.clusters.get(cluster)?.services.get(service);
}

function findRecord(ecs: Ecs, arn: string): { service: EcsService; record: ServiceDeployment } | undefined {
  const service = serviceOfArn(ecs, arn);
  const record = service?.records.find((candidate) => candidate.arn === arn);
  return service && record && { service, record };
}

const listServiceDeployments: Operation = (input, { region }) => {
  const service = serviceOf(clusterOf(ecsOf(region), input), text(input, 'service') ?? '');
  const statuses = texts(input, 'status') ?? [];
  const { before, after } = readWindow(object(input, 'createdAt') ?? {});
  const records = service.records.filter(
    ({ status, createdAt }) =>
      (statuses.length === 0 || statuses.includes(status)) && createdAt >= after && createdAt <= before,
  );
  const page = ecsPage(region, input, records, ({ arn }) => arn, { default: 20, max: 100 });
  return {
    serviceDeployments: page.items.map((record) => showBriefRecord(service, record)),
    nextToken: page.nextToken,
  };
};

function readWindow(createdAt: Parameters<typeof number>[0]): { before: number; after: number } {
  const [before, after] = [number(createdAt, 'before'), number(createdAt, 'after')];
  return {
    before: before === undefined ? Number.POSITIVE_INFINITY : before * 1000,
    after: after === undefined ? Number.NEGATIVE_INFINITY : after * 1000,
  };
}

const describeServiceDeployments: Operation = (input, { region }) => {
  const ecs = ecsOf(region);
  const arns = texts(input, 'serviceDeploymentArns') ?? [];
  if (arns.length === 0 || arns.length > 20) throw invalidParameter('serviceDeploymentArns must have 1 to 20 items');
  const found = arns.flatMap((arn) => findRecord(ecs, arn) ?? []);
  const known = new Set(found.map(({ record }) => record.arn));
  return {
    serviceDeployments: found.map(({ service, record }) => showRecord(service, record)),
    failures: arns.filter((arn) => !known.has(arn)).map((arn) => ({ arn, reason: 'MISSING' })),
  };
};

const describeServiceRevisions: Operation = (input, { region }) => {
  const ecs = ecsOf(region);
  const arns = texts(input, 'serviceRevisionArns') ?? [];
  if (arns.length === 0 || arns.length > 20) throw invalidParameter('serviceRevisionArns must have 1 to 20 items');
  const serviceRevisions: Output[] = [];
  const failures: Output[] = [];
  for (const arn of arns) {
    const service = serviceOfArn(ecs, arn);
    const revision = service?.revisions.find((candidate) => candidate.arn === arn);
    if (service !== undefined && revision !== undefined) serviceRevisions.push(showRevision(service, revision));
    else failures.push({ arn, reason: 'MISSING' });
  }
  return { serviceRevisions, failures };
};

const deploymentNotFound = () =>
  new AwsFault('ServiceDeploymentNotFoundException', 'The service deployment could not be found.');

const stopServiceDeployment: Operation = (input, { region }) => {
  const arn = text(input, 'serviceDeploymentArn') ?? '';
  const found = findRecord(ecsOf(region), arn);
  if (found === undefined) throw deploymentNotFound();
  if ((text(input, 'stopType') ?? 'ROLLBACK') !== 'ROLLBACK') {
    throw unsupported('The stop type ABORT is not simulated by this sandbox.');
  }
  const { service, record } = found;
  if (!isOpen(record)) {
    throw new AwsFault('ConflictException', `The service deployment is in ${record.status} and cannot be stopped.`);
  }
  if (record.status === 'PENDING' || record.status === 'IN_PROGRESS') {
    setStatus(service, record, 'ROLLBACK_REQUESTED', 'Rollback requested by StopServiceDeployment.');
    wakeAfterRequest(service);
  }
  return { serviceDeploymentArn: arn };
};

const continueServiceDeployment: Operation = (input, { region }) => {
  const arn = text(input, 'serviceDeploymentArn') ?? '';
  const found = findRecord(ecsOf(region), arn);
  if (found === undefined) throw deploymentNotFound();
  const id = text(input, 'hookId') ?? '';
  const action = text(input, 'action') ?? 'CONTINUE';
  if (action !== 'CONTINUE' && action !== 'ROLLBACK') {
    throw invalidParameter(`action must be one of CONTINUE, ROLLBACK: ${action}`);
  }
  const { service, record } = found;
  const hook = record.shift?.hooks.find((run) => run.id === id);
  if (hook === undefined || !answerPause(hook, action)) {
    throw invalidParameter(`The hook ${id.slice(0, 80)} is not awaiting an action.`);
  }
  wake(service, 1);
  return { serviceDeploymentArn: arn };
};

export const serviceDeploymentOperations = {
  ListServiceDeployments: listServiceDeployments,
  DescribeServiceDeployments: describeServiceDeployments,
  DescribeServiceRevisions: describeServiceRevisions,
  StopServiceDeployment: stopServiceDeployment,
  ContinueServiceDeployment: continueServiceDeployment,
};
