/**
 * What invokes a function: the sources that `_lambdaeventsourcedef.json` asks for against those that are connected to
 * the alias, as a list of links to change. A link is one thing to connect or to take away; each knows how it was, so
 * that the list is the plan, the work and the way back in one. Pure.
 *
 * What is GitMoxi's is known from what is live: statements of the alias's policy by their ids (`gitmoxi-…`), which name
 * the target group or route that they are for, and event source mappings by their tags. What somebody else made is
 * brought in line where the file names it, and left alone where it does not.
 */
import type { Json } from '../json.ts';
import type { LambdaDesired } from './desired.ts';
import { OWN_TAG_PREFIX } from './desired.ts';
import { canonical, type Difference } from './differences.ts';
import { mappingChange, mappingTwins, sourceName } from './eventSourceMappings.ts';
import type { LiveEventSources, LiveLambda, LiveRoute } from './live.ts';
import {
  type EventSource,
  eventSourcesOf,
  type RouteSource,
  type SourceChange,
  type SourceLink,
  type TargetGroupSource,
} from './sources.ts';
import { parseArn } from './target.ts';

/** Function tag that says on which alias GitMoxi connected event sources: without it nobody looks for them. */
export const SOURCES_TAG = `${OWN_TAG_PREFIX}event-sources`;

/** How every id of a statement of GitMoxi's begins. */
const OWN_STATEMENT = 'gitmoxi-';

export const isOwnStatement = (id: string): boolean => id.startsWith(OWN_STATEMENT);

/** Something that a rollout cannot mend. */
export interface SourceProblem {
  readonly at: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

const idPart = (text: string): string => text.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 40);

/** `targetgroup/name/0123456789abcdef` gives an id that no other group has. */
const groupStatement = (targetGroup: string): string =>
  `${OWN_STATEMENT}elb-${(targetGroup.split('/').slice(-2) as string[]).map(idPart).join('-')}`;

const routeStatement = ({ apiId, routeId }: { apiId: string; routeId: string }): string =>
  `${OWN_STATEMENT}api-${idPart(apiId)}-${idPart(routeId)}`;

const ELB = 'elasticloadbalancing.amazonaws.com';
const API_GATEWAY = 'apigateway.amazonaws.com';

/** What differs between links of one kind: where ARNs begin. */
interface Place {
  /** Undefined while the function does not exist. */
  readonly aliasArn: string | undefined;
  readonly alias: string;
  /** `arn:aws:execute-api:eu-west-1:123456789012`. */
  readonly executeApi: string;
}

function placeOf(live: LiveLambda, { target, settings: { alias } }: LambdaDesired): Place {
  const functionArn = live.latest?.['FunctionArn'];
  const arn = typeof functionArn === 'string' ? functionArn : undefined;
  const region = target.region ?? '';
  const partition = arn?.split(':')[1] ?? partitionOf(region);
  const account = (arn && parseArn(arn)?.account) ?? target.account ?? '';
  return {
    aliasArn: arn && `${arn}:${alias}`,
    alias,
    executeApi: `arn:${partition}:execute-api:${region}:${account}`,
  };
}

/** Source: AWS general reference, ARNs: partitions. */
const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/**
 * What API Gateway names as the source of a request: any stage, the route's method and path. Source: API Gateway
 * developer guide, "Control access to HTTP APIs: permissions for Lambda".
 */
function routeSourceArn({ executeApi }: Place, { apiId, key }: LiveRoute): string {
  if (key === '$default') return `${executeApi}:${apiId}/*/$default`;
  const [method = '', path = ''] = key.split(' ');
  return `${executeApi}:${apiId}/*/${method === 'ANY' ? '*' : method}${path}`;
}

/**
 * The URI of an integration with an alias: its ARN, or one that API Gateway completes by a stage variable. Source: API
 * Gateway developer guide, "Use stage variables for HTTP APIs".
 */
export function integrationUri(aliasArn: string, variable: string | null): string {
  if (variable === null) return aliasArn;
  const [, partition, , region] = aliasArn.split(':');
  const functionArn = aliasArn.slice(0, aliasArn.lastIndexOf(':'));
  const called = `${functionArn}:\${stageVariables.${variable}}`;
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${called}/invocations`;
}

/** The function ARN that an integration's URI calls, however it is written. */
export const calledBy = (uri: string): string => /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;

function permissionChange(
  live: LiveEventSources,
  at: string,
  statement: string,
  principal: string,
  wanted: string,
): SourceChange[] {
  const before = live.statements.find(({ id }) => id === statement)?.sourceArn ?? null;
  if (before === wanted) return [];
  const difference = { path: `${at}/permission`, live: before, desired: `${principal} may invoke for ${wanted}` };
  return [{ link: { kind: 'permission', statement, principal, wanted, before }, differences: [difference] }];
}

function targetGroupChanges(live: LiveEventSources, place: Place, source: TargetGroupSource): SourceChange[] {
  const { targetGroup, at } = source;
  const targets = live.targetGroups.find(({ arn }) => arn === targetGroup)?.targets ?? [];
  const changes = permissionChange(live, at, groupStatement(targetGroup), ELB, targetGroup);
  if (place.aliasArn !== undefined && targets.length === 1 && targets[0] === place.aliasArn) return changes;
  const link: SourceLink = { kind: 'target', targetGroup, wanted: true, before: targets };
  const difference = {
    path: `${at}/TargetGroupArn`,
    live: targets[0] ?? null,
    desired: place.aliasArn ?? place.alias,
  };
  return [...changes, { link, differences: [difference] }];
}

function routeChanges(live: LiveEventSources, place: Place, source: RouteSource): SourceChange[] {
  const { apiId, routeId, variable, at } = source;
  const route = live.routes.find((one) => one.apiId === apiId && one.routeId === routeId);
  if (route === undefined || route.missing !== null) return [];
  const changes = permissionChange(live, at, routeStatement(source), API_GATEWAY, routeSourceArn(place, route));
  if (variable !== null) {
    for (const { name: stage, variables } of route.stages) {
      const before = variables[variable] ?? null;
      if (before === place.alias) continue;
      const path = `${at}/${source.variableKey}`;
      const difference = { path, live: before === null ? null : `${stage}: ${before}`, desired: place.alias };
      const link: SourceLink = { kind: 'stage-variable', apiId, stage, name: variable, before };
      changes.push({ link, differences: [difference] });
    }
  }
  const { integration } = route;
  const wanted = place.aliasArn === undefined ? undefined : calledBy(integrationUri(place.aliasArn, variable));
  const runs = integration === null ? null : calledBy(integration.uri);
  if (runs !== null && runs === wanted) return changes;
  const own = integration?.isOfFunction && !integration.isShared ? integration : null;
  const inPlace = own !== null;
  const before = { target: route.target, uri: own?.uri ?? null };
  const link: SourceLink = { kind: 'route', apiId, routeId, variable, inPlace, before };
  changes.push({
    link,
    differences: [{ path: `${at}/RouteId`, live: runs, desired: wanted ?? place.alias }],
  });
  for (const { name: stage, deploysItself, deployment } of route.stages) {
    if (deploysItself) continue;
    changes.push({ link: { kind: 'deployment', apiId, stage, before: deployment }, differences: [] });
  }
  return changes;
}

/** Statements of ours that the file no longer asks for: the permission goes, and the target that came with it. */
function surplusPush(live: LiveEventSources, place: Place, asked: readonly EventSource[]): SourceChange[] {
  const kept = new Set(
    asked.flatMap((source) =>
      source.kind === 'target-group'
        ? [groupStatement(source.targetGroup)]
        : source.kind === 'route'
          ? [routeStatement(source)]
          : [],
    ),
  );
  return live.statements
    .filter(({ id }) => isOwnStatement(id) && !kept.has(id))
    .flatMap(({ id, principal, sourceArn }): SourceChange[] => {
      const group = live.targetGroups.find(({ arn }) => arn === sourceArn);
      const target: SourceChange[] =
        group !== undefined && place.aliasArn !== undefined && group.targets.includes(place.aliasArn)
          ? [
              {
                link: { kind: 'target', targetGroup: group.arn, wanted: false, before: group.targets },
                differences: [],
              },
            ]
          : [];
      const difference: Difference = {
        path: '/PushEventSources',
        live: { Service: principal, SourceArn: sourceArn },
        desired: null,
      };
      // First the target: a group that calls what it may not call answers with errors.
      return [
        ...target,
        {
          link: { kind: 'permission', statement: id, principal, wanted: null, before: sourceArn },
          differences: [difference],
        },
      ];
    });
}

const linkKey = ({ link }: SourceChange): string => canonical({ ...link, before: null } as unknown as Json);

/**
 * What has to change so that exactly the asked-for sources invoke the alias, in an order in which nothing is
 * half-connected: permissions before what uses them, new things before old ones go, deletions last.
 *
 * @returns empty where all is as the file asks, and where nobody looked (`live.eventSources` is undefined)
 */
export function sourceChanges(live: LiveLambda, desired: LambdaDesired): SourceChange[] {
  const seen = live.eventSources;
  if (seen === undefined) return [];
  const asked = eventSourcesOf(desired.eventSources);
  const place = placeOf(live, desired);
  const push = asked.flatMap((source) =>
    source.kind === 'target-group'
      ? targetGroupChanges(seen, place, source)
      : source.kind === 'route'
        ? routeChanges(seen, place, source)
        : [],
  );
  const mappings = mappingChange(
    seen.mappings,
    asked.filter((source) => source.kind === 'mapping'),
    place.aliasArn,
  );
  const changes = [...push, ...mappings.wanted, ...surplusPush(seen, place, asked), ...mappings.surplus];
  const distinct = [...new Map(changes.map((change) => [linkKey(change), change])).values()];
  const marked = live.tags[SOURCES_TAG] ?? null;
  const mark = (wanted: string | null): SourceChange => ({
    link: { kind: 'mark', wanted, before: marked },
    differences: [],
  });
  // Marked before the first is connected, unmarked after the last is gone.
  if (asked.length > 0) return marked === place.alias ? distinct : [mark(place.alias), ...distinct];
  return marked === null ? distinct : [...distinct, mark(null)];
}

/** What stands in the way of connecting the sources that the file asks for. */
export function sourceProblems(live: LiveLambda, desired: LambdaDesired): SourceProblem[] {
  const seen = live.eventSources;
  if (seen === undefined) return [];
  const asked = eventSourcesOf(desired.eventSources);
  const ofPush = asked.flatMap((source): SourceProblem[] => {
    if (source.kind === 'target-group') return groupProblems(seen, source, desired);
    return source.kind === 'route' ? routeProblems(seen, source) : [];
  });
  const { aliasArn } = placeOf(live, desired);
  const mappings = asked.filter((source) => source.kind === 'mapping');
  const twins = mappingTwins(mappings).map(({ at, body }) => ({
    at,
    code: 'plan.event-source-twice',
    message: `two event source mappings are for one source: ${sourceName(body)}`,
    hint: 'keep one of them: AWS allows one mapping of a source to a function',
  }));
  const fixed = mappingChange(seen.mappings, mappings, aliasArn).replacements.map(({ at, members }) => ({
    at,
    code: 'plan.needs-replacement',
    message: `needs replacement: AWS cannot change ${members.join(', ')} of an event source mapping in place`,
    hint: 'put the old value back, or take the mapping out in one commit and add it in the next',
  }));
  return [...ofPush, ...twins, ...fixed];
}

function groupProblems(
  seen: LiveEventSources,
  { at, targetGroup }: TargetGroupSource,
  { target }: LambdaDesired,
): SourceProblem[] {
  const place = `${at}/TargetGroupArn`;
  const group = seen.targetGroups.find(({ arn }) => arn === targetGroup);
  if (group === undefined || group.type === null) {
    return [
      {
        at: place,
        code: 'plan.no-target-group',
        message: `there is no target group ${targetGroup}`,
        hint: `correct the ARN, or create the target group with target type lambda in ${target.region ?? 'this region'}`,
      },
    ];
  }
  if (group.type !== 'lambda') {
    return [
      {
        at: place,
        code: 'plan.target-group-not-lambda',
        message: `the target group ${targetGroup} takes targets of type ${group.type}, and a function needs lambda`,
        hint: 'name a target group with target type lambda: the type cannot be changed',
      },
    ];
  }
  // Whatever version or alias of the function it is, it is this workload's.
  const foreign = group.targets.find((arn) => parseArn(arn)?.resource.split(':')[1] !== target.function);
  if (foreign === undefined) return [];
  return [
    {
      at: place,
      code: 'plan.target-group-in-use',
      message: `the target group ${targetGroup} sends its requests to another function: ${foreign}`,
      hint: 'deregister that function first, or name another target group: a group has room for one function',
    },
  ];
}

function routeProblems(seen: LiveEventSources, { at, apiId, routeId }: RouteSource): SourceProblem[] {
  const missing = seen.routes.find((one) => one.apiId === apiId && one.routeId === routeId)?.missing ?? null;
  if (missing === 'api') {
    return [
      {
        at: `${at}/ApiId`,
        code: 'plan.no-api',
        message: `there is no HTTP API ${apiId}`,
        hint: 'correct the id, or create the API first',
      },
    ];
  }
  if (missing === 'route') {
    return [
      {
        at: `${at}/RouteId`,
        code: 'plan.no-route',
        message: `the API ${apiId} has no route ${routeId}`,
        hint: 'correct the id, or create the route first',
      },
    ];
  }
  return [];
}
