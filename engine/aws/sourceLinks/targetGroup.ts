/** Links of a target group whose target is the function's alias. */
import { EngineError } from '../../errors.ts';
import type { LinkWay } from '../../rollout/index.ts';
import { orAbsent } from '../errors.ts';
import { readTargetGroup } from '../eventSources.ts';
import { aliasArnOf, type LinkKind, type LinkPlace, type Of, setOrOpen } from './link.ts';

/** What the group's targets are to be. */
async function wantedTargets(place: LinkPlace, link: Of<'target'>, way: LinkWay): Promise<readonly string[]> {
  if (way === 'back') return link.before;
  const arn = await aliasArnOf(place);
  return link.wanted && arn !== undefined ? [arn] : [];
}

const same = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((one) => others.includes(one));

/** What deregistering says of a target that is not there. */
const NOT_REGISTERED = ['InvalidTargetException', 'InvalidTarget'];

export const target: LinkKind<Of<'target'>> = {
  async look(place, link, way) {
    const { targets } = await readTargetGroup(place.clients, place.target.region!, link.targetGroup);
    return setOrOpen(same(targets, await wantedTargets(place, link, way)));
  },
  async set(place, link, way) {
    const region = place.target.region!;
    const { targetGroup: TargetGroupArn, before } = link;
    const [{ targets, type }, wanted, elb, { DeregisterTargetsCommand, RegisterTargetsCommand }] = await Promise.all([
      readTargetGroup(place.clients, region, TargetGroupArn),
      wantedTargets(place, link, way),
      place.clients.elb(region),
      import('../sdk/elb.ts'),
    ]);
    if (type === null && way === 'back') return;
    const known = [...before, await aliasArnOf(place)];
    const stranger = targets.find((arn) => !known.includes(arn));
    if (stranger !== undefined) {
      throw new EngineError('aws.target-changed', `somebody else made ${stranger} the target of ${TargetGroupArn}`, {
        hint: 'find out who uses the target group, then deploy again',
      });
    }
    const asTargets = (arns: readonly string[]) => arns.map((Id) => ({ Id }));
    // A group has room for one function: the old one leaves right before the new one comes. Whoever may be there is
    // told to leave, since a read may be older than the last change.
    const leaving = known.filter((arn) => arn !== undefined && !wanted.includes(arn)) as string[];
    for (const arn of leaving) {
      const request = new DeregisterTargetsCommand({ TargetGroupArn, Targets: asTargets([arn]) });
      await orAbsent(elb.send(request), ...NOT_REGISTERED);
    }
    if (wanted.length === 0) return;
    try {
      await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: asTargets(wanted) }));
    } catch (error) {
      // No group is left without the target that it had while somebody thinks about it.
      if (before.length > 0 && way === 'forward')
        await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: asTargets(before) }));
      throw error;
    }
  },
};
