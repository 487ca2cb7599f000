/** Preflight of a Lambda function: what its files name, and who else is at it. Pure. */
import { isEmpty, type LambdaDesired, type LiveLambda } from '../plan/index.ts';
import type { Look, Past } from './facts.ts';
import { type Obstacle, obstacle } from './obstacle.ts';
import { type Named, named, textAt } from './picking.ts';
import { absent, imageObstacles, networkObstacles, roleObstacles } from './surroundings.ts';

/** An object in S3 with the function's code, under one name. */
function codeObject({ function: definition }: LambdaDesired): Named[] {
  const bucket = textAt(definition, 'Code', 'S3Bucket');
  const version = textAt(definition, 'Code', 'S3ObjectVersion');
  return named('function', definition, 'Code', 'S3Key').flatMap(({ name, at }) =>
    bucket === undefined ? [] : [{ name: `${bucket}/${name}${version === undefined ? '' : `?${version}`}`, at }],
  );
}

/** A weighted alias is a shift under way, unless a rollout of this store left it. */
function othersObstacles({ settings }: LambdaDesired, live: LiveLambda, past: Past): Obstacle[] {
  if (live.alias === undefined || isEmpty(live.alias['RoutingConfig']) || past.leftHalfway) return [];
  const message = `somebody else is shifting alias ${settings.alias} right now: its traffic is divided`;
  const hint = 'find out who deploys this function, and wait until that is over';
  return [obstacle('deployment-in-progress', { file: 'function', path: ['FunctionName'] }, message, hint)];
}

export function lambdaObstacles(
  desired: LambdaDesired,
  live: LiveLambda | undefined,
  past: Past,
  look: Look,
): Obstacle[] {
  const { function: definition, target } = desired;
  const region = target.region ?? '';
  const role = named('function', definition, 'Role').map((one) => ({
    ...one,
    what: 'execution role',
    principal: 'lambda.amazonaws.com',
  }));
  const network = {
    region,
    subnets: named('function', definition, 'VpcConfig', 'SubnetIds', '*'),
    securityGroups: named('function', definition, 'VpcConfig', 'SecurityGroupIds', '*'),
    // Functions share network interfaces: one free address is enough to say nothing.
    addresses: 1,
  };
  return [
    ...roleObstacles(look, region, target.account, role),
    ...networkObstacles(look, network),
    ...imageObstacles(look, named('function', definition, 'Code', 'ImageUri')),
    ...absent(look, 'object', region, codeObject(desired)).map(({ name, at }) =>
      obstacle('object-missing', at, `there is no s3://${name}`, 'upload the code, or correct bucket and key'),
    ),
    ...absent(look, 'layer', region, named('function', definition, 'Layers', '*')).map(({ name, at }) =>
      obstacle('layer-missing', at, `there is no layer version ${name}`, 'publish it, or correct its ARN'),
    ),
    ...(live === undefined ? [] : othersObstacles(desired, live, past)),
  ];
}
