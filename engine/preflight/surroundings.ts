/**
 * Checks that ECS services and functions have in common: their network, their roles and their images. Pure: each asks
 * with `look`, and says only what it knows.
 */

import type { FactOf, Look, ThingKind } from './facts.ts';
import { type At, type Obstacle, obstacle } from './obstacle.ts';
import { distinct, type Named } from './picking.ts';

/** What is there of the named things. */
function found<K extends ThingKind>(look: Look, kind: K, region: string, all: readonly Named[]) {
  return distinct(all).flatMap(({ name, at }) => {
    const looked = look(kind, region, name);
    return looked.state === 'found' ? [{ name, at, fact: looked.fact as FactOf[K] }] : [];
  });
}

/** Those that are certainly not there. */
export const absent = (look: Look, kind: ThingKind, region: string, all: readonly Named[]): Named[] =>
  distinct(all).filter(({ name }) => look(kind, region, name).state === 'absent');

export interface Network {
  readonly region: string;
  readonly subnets: readonly Named[];
  readonly securityGroups: readonly Named[];
  /** Addresses that new tasks need, 0 or more. */
  readonly addresses: number;
}

export function networkObstacles(look: Look, { region, subnets, securityGroups, addresses }: Network): Obstacle[] {
  const places = found(look, 'subnet', region, subnets);
  const guards = found(look, 'security-group', region, securityGroups);
  const missing = [
    ...absent(look, 'subnet', region, subnets).map(({ name, at }) =>
      obstacle('subnet-missing', at, `there is no subnet ${name} in ${region}`, 'correct its id, or its region'),
    ),
    ...absent(look, 'security-group', region, securityGroups).map(({ name, at }) =>
      obstacle(
        'security-group-missing',
        at,
        `there is no security group ${name} in ${region}`,
        'correct its id, or its region',
      ),
    ),
  ];
  const [first] = places;
  const strays = [...places, ...guards].filter(({ fact }) => first !== undefined && fact.vpc !== first.fact.vpc);
  const split = strays.map(({ name, at, fact }) =>
    obstacle(
      'network-split',
      at,
      `${name} is in ${fact.vpc}, and subnet ${first!.name} is in ${first!.fact.vpc}`,
      'name subnets and security groups of one VPC',
    ),
  );
  return [...missing, ...split, ...addressObstacles(places, distinct(subnets).length, addresses)];
}

function addressObstacles(
  places: readonly { readonly at: At; readonly fact: FactOf['subnet'] }[],
  asked: number,
  needed: number,
): Obstacle[] {
  const free = places.reduce((sum, { fact }) => sum + fact.freeAddresses, 0);
  // What could not be seen may have room.
  if (places.length === 0 || places.length < asked || free >= needed) return [];
  const message = `the subnets have ${free} free addresses, and the new tasks need ${needed}`;
  return [obstacle('few-addresses', places[0]!.at, message, 'name further subnets, or lower the task count')];
}

export interface RoleUse extends Named {
  /** For example `task role`. */
  readonly what: string;
  /** Who is to assume it, for example `ecs-tasks.amazonaws.com`. */
  readonly principal: string;
}

const accountOf = (arn: string): string | undefined => (arn.startsWith('arn:') ? arn.split(':')[4] : undefined);

/** `lambda.amazonaws.com`, and its regional and Chinese spellings. */
function isPrincipal(trusted: string, principal: string): boolean {
  const service = principal.split('.')[0]!;
  return trusted === '*' || (trusted.startsWith(`${service}.`) && /\.amazonaws\.com(\.cn)?$/.test(trusted));
}

/** @param account where the workload runs: a role of another account is not looked for */
export function roleObstacles(
  look: Look,
  region: string,
  account: string | undefined,
  roles: readonly RoleUse[],
): Obstacle[] {
  return roles.flatMap(({ name, at, what, principal }) => {
    const owner = accountOf(name);
    if (owner !== undefined && account !== undefined && owner !== account) return [];
    const looked = look('role', region, name);
    if (looked.state === 'absent') {
      const hint = 'create it, or correct its name';
      return [obstacle('role-missing', at, `there is no role ${name}, which is to be the ${what}`, hint)];
    }
    if (looked.state !== 'found' || looked.fact.trusts === null) return [];
    const { trusts } = looked.fact;
    if (trusts.some((trusted) => isPrincipal(trusted, principal))) return [];
    const who = trusts.length === 0 ? 'no service' : trusts.join(', ');
    const message = `${principal} may not assume role ${name}, which is to be the ${what}: its trust policy names ${who}`;
    const hint = `allow sts:AssumeRole to ${principal} in the trust policy of the role`;
    return [obstacle('role-not-trusted', at, message, hint)];
  });
}

/** An image in a private ECR repository, as its URI names it. */
export interface EcrImage {
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Undefined where the image is not in ECR. Source: Amazon ECR user guide, "Pulling an image". */
export function ecrImage(uri: string): EcrImage | undefined {
  const parts =
    /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)\/([a-z0-9][a-z0-9._/-]*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      uri,
    );
  if (parts === null) return undefined;
  const [, account = '', region = '', repository = '', tag, digest] = parts;
  return { account, region, repository, digest, tag: tag ?? (digest === undefined ? 'latest' : undefined) };
}

/** Images that are certainly not there. */
export const absentImages = (look: Look, images: readonly Named[]): Named[] =>
  distinct(images).filter(({ name }) => {
    const image = ecrImage(name);
    return image !== undefined && look('image', image.region, name).state === 'absent';
  });

export const imageObstacles = (look: Look, images: readonly Named[]): Obstacle[] =>
  absentImages(look, images).map(({ name, at }) =>
    obstacle('image-missing', at, `there is no image ${name}`, 'push it, or correct its repository or tag'),
  );
