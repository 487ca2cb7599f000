/**
 * The part of a Lambda rollout that connects event sources: one link after the other, each set, then looked at until it
 * shows. It comes when the new version serves, so that a revision that fails has touched none of them; going back takes
 * the links in reverse order, before the alias moves or goes.
 *
 * Pure. Owns nothing: how far it is stands in the strategy's state.
 */
import type { SourceLink } from '../plan/index.ts';
import type { LambdaAction, LinkWay } from './actions.ts';
import { broken, refused } from './failures.ts';
import type { LambdaSeen, LambdaWish } from './observation.ts';
import { type endings, type Pass, type StepState, waited, within } from './stepwise.ts';
import type { Decision } from './strategy.ts';
import { MOST_SETS } from './trafficSteps.ts';

export interface LinksState {
  readonly alias: string;
  readonly links: readonly SourceLink[];
  /** The link in hand; null before the first one is touched. */
  readonly linkIndex: number | null;
  readonly linkWay: LinkWay;
  /** How often the link in hand was set. */
  readonly linkSets: number;
}

/** Nothing touched yet. */
export const linksOf = (links: readonly SourceLink[]) =>
  ({ links, linkIndex: null, linkWay: 'forward', linkSets: 0 }) as const;

/** A mapping takes 10 to 60 s to settle. Source: AWS Lambda developer guide, event source mappings. */
const SETTLE_TIMEOUT_MS = 10 * 60_000;
const SETTLE_LOOK_MS = 2_000;
/** A link that does not show is set again after this long, ms. */
const SHOW_MS = 10_000;

type State = StepState & LinksState;

const inHand = ({ links, linkIndex }: LinksState): SourceLink | undefined =>
  linkIndex === null ? undefined : links[linkIndex];

/** The link in hand, to be looked at. */
export function linkWish(state: LinksState): Pick<LambdaWish, 'link'> {
  const link = inHand(state);
  return link === undefined ? {} : { link: { link, way: state.linkWay } };
}

/** For people; completes "connecting …" and "putting … back". */
function nameOf(link: SourceLink): string {
  switch (link.kind) {
    case 'mark':
      return 'the tag that names the connected alias';
    case 'permission':
      return `the permission ${link.statement}`;
    case 'target':
      return `the target of ${link.targetGroup.split('/').slice(-2, -1)[0] ?? link.targetGroup}`;
    case 'stage-variable':
      return `the variable ${link.name} of stage ${link.stage}`;
    case 'route':
      return `route ${link.routeId} of API ${link.apiId}`;
    case 'deployment':
      return `the deployment of stage ${link.stage}`;
    case 'mapping':
      return `the mapping of ${link.source.split(':').at(-1)}`;
  }
}

const isRemoval = (link: SourceLink): boolean =>
  (link.kind === 'mapping' && link.index === null) ||
  (link.kind === 'target' && !link.wanted) ||
  ((link.kind === 'permission' || link.kind === 'mark') && link.wanted === null);

function doing(link: SourceLink, way: LinkWay): string {
  if (way === 'back') return `putting ${nameOf(link)} back`;
  return `${isRemoval(link) ? 'removing' : 'setting'} ${nameOf(link)}`;
}

/** A link that was set, for people. */
export function linkDone(link: SourceLink, way: LinkWay): string {
  if (way === 'back') return `put ${nameOf(link)} back`;
  return `${isRemoval(link) ? 'removed' : 'set'} ${nameOf(link)}`;
}

/**
 * The two steps. They are part of a strategy's table under the names `connecting` and `disconnecting`.
 *
 * @param next the step after all links are connected, and the one after all are as they were
 */
export function linkSteps<S extends State>(
  { act, fail, goOn, wait }: ReturnType<typeof endings<S, LambdaSeen>>,
  next: { readonly forward: string; readonly back: string },
) {
  const patched = (patch: Partial<LinksState> & Partial<StepState>): Partial<S> => patch as unknown as Partial<S>;

  function set(pass: Pass<S, LambdaSeen>, link: SourceLink): Decision {
    const { rollout: key, alias, linkWay: way, linkSets } = pass.state;
    const action: LambdaAction = { type: 'lambda.set-link', key, alias, link, way };
    return act(pass, action, doing(link, way), patched({ linkSets: linkSets + 1, waitingSince: null }));
  }

  /** Looks at the link in hand. @returns why it will not be set; a decision while that is not known; undefined when it is set */
  function follow(pass: Pass<S, LambdaSeen>, link: SourceLink): Decision | { readonly stuck: string } | undefined {
    const { state, seen, world } = pass;
    const what = doing(link, state.linkWay);
    // Set once whatever shows: values of a mapping are not looked at, only whether it has settled.
    if (state.linkSets === 0) return set(pass, link);
    if (world.link === 'set') return undefined;
    const lasted = waited(pass);
    if (lasted > SETTLE_TIMEOUT_MS) return { stuck: `${what} did not settle in ${SETTLE_TIMEOUT_MS / 60_000} minutes` };
    const about = { for: 'link', limit: within(pass, SETTLE_TIMEOUT_MS) } as const;
    if (world.link === 'settling') return wait(pass, SETTLE_LOOK_MS, `${what}: waiting for it to settle`, {}, about);
    if (seen.outcome !== undefined || lasted < SHOW_MS)
      return wait(pass, 1_000, `${what}: waiting for it to show`, {}, about);
    if (state.linkSets >= MOST_SETS) return { stuck: `${what} does not last, however often it is done` };
    return set(pass, link);
  }

  function connecting(pass: Pass<S, LambdaSeen>): Decision {
    const { state, seen } = pass;
    if (state.links.length === 0) return goOn(pass, next.forward);
    if (state.linkIndex === null) return goOn(pass, 'connecting', patched({ linkIndex: 0 }));
    const link = inHand(state);
    if (link === undefined) return goOn(pass, next.forward);
    if (seen.outcome?.ok === false)
      return fail(pass, refused(`${isRemoval(link) ? 'remove' : 'set'} ${nameOf(link)}`, seen.outcome.error));
    const followed = follow(pass, link);
    if (followed === undefined)
      return goOn(pass, 'connecting', patched({ linkIndex: state.linkIndex + 1, linkSets: 0 }));
    return 'stuck' in followed ? fail(pass, broken(followed.stuck, [], 'timeout')) : followed;
  }

  function disconnecting(pass: Pass<S, LambdaSeen>): Decision {
    const { state, seen } = pass;
    const { linkIndex, links, left } = state;
    if (linkIndex === null || linkIndex < 0) return goOn(pass, next.back);
    if (state.linkWay === 'forward') {
      const last = Math.min(linkIndex, links.length - 1);
      return goOn(pass, 'disconnecting', patched({ linkWay: 'back', linkIndex: last, linkSets: 0 }));
    }
    const link = links[linkIndex]!;
    const on = (more: readonly string[]) =>
      goOn(pass, 'disconnecting', patched({ linkIndex: linkIndex - 1, linkSets: 0, left: [...left, ...more] }));
    if (seen.outcome?.ok === false) {
      const { code, message } = seen.outcome.error;
      return on([`${doing(link, 'back')} failed: ${code}: ${message}`]);
    }
    const followed = follow(pass, link);
    if (followed === undefined) return on([]);
    return 'stuck' in followed ? on([followed.stuck]) : followed;
  }

  return { connecting, disconnecting };
}
