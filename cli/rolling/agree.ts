/** Consent: nothing is changed, and above all nothing deleted, that a person or `--yes` has not agreed to. */
import { EngineError, type PlanReport, targetLabel } from '../../engine/index.ts';
import { confirm } from '../terminal/ask.ts';
import { oneLine } from '../terminal/columns.ts';
import type { Output } from '../terminal/output.ts';
import { plural } from '../views/problems.ts';

type WorkloadPlan = PlanReport['workloads'][number];

/** The plans that a deployment carries out. */
export const toCarryOut = ({ workloads }: PlanReport): WorkloadPlan[] =>
  workloads.filter(({ action }) => action === 'create' || action === 'update' || action === 'delete');

/** `account 123456789012, eu-west-1 and us-east-1` */
function places(plans: readonly WorkloadPlan[]): string {
  const targets = plans.flatMap(({ target }) => target ?? []);
  const distinct = (values: (string | undefined)[]) => [...new Set(values.filter((value) => value !== undefined))];
  const accounts = distinct(targets.map(({ account }) => account));
  const regions = distinct(targets.map(({ region }) => region));
  return [`account ${accounts.join(' and ')}`, regions.join(' and ')].filter((text) => text !== '').join(', ');
}

const label = ({ workload, target }: WorkloadPlan): string =>
  target === undefined ? workload : `${workload}, ${targetLabel(target)}`;

/**
 * @returns whether to go on; undefined when the person interrupted
 * @throws EngineError `cli.cannot-ask`, `cli.deletion-needs-yes` (usage) where nobody is there to answer
 */
export async function agree(out: Output, report: PlanReport, yes: boolean): Promise<boolean | undefined> {
  if (yes) return true;
  const plans = toCarryOut(report);
  const deletions = plans.filter(({ action }) => action === 'delete');
  if (out.canAsk) {
    const { color, symbols } = out.style;
    for (const plan of deletions) {
      out.print(color.red(`${symbols.warning} ${oneLine(label(plan))} will be deleted`));
    }
    const these = plans.length === 1 ? 'this workload' : `these ${plural(plans.length, 'workload')}`;
    return confirm(out, `Deploy ${these} to ${places(plans)}?`);
  }
  if (deletions.length > 0) {
    throw new EngineError('cli.deletion-needs-yes', `this would delete ${deletions.map(label).join('; ')}`, {
      kind: 'usage',
      hint: 'pass --yes to agree to the deletion',
    });
  }
  if (out.json) return true;
  throw new EngineError('cli.cannot-ask', 'nobody can be asked whether to deploy: this is not a terminal', {
    kind: 'usage',
    hint: 'pass --yes to deploy without being asked',
  });
}
