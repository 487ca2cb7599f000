/** The option that lets checks of preflight through, for every verb that begins rollouts. */
import { InvalidArgumentError, Option } from 'commander';
import { SKIPPABLE } from '../../engine/index.ts';

const ALL = 'all';

/** @param before what earlier uses of the option gave */
function parse(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim().replace(/^preflight\./, ''));
  if (names.includes(ALL)) return SKIPPABLE;
  const unknown = names.find((name) => !SKIPPABLE.some((one) => one === name));
  if (unknown === undefined) return [...before, ...names];
  throw new InvalidArgumentError(`there is no such check to skip; choose ${ALL}, or of ${SKIPPABLE.join(', ')}`);
}

export interface SkipOptions {
  readonly skipPreflight?: readonly string[];
}

export const skipOption = (): Option =>
  new Option(
    '--skip-preflight <checks>',
    'let these checks through: names as in the codes of what was found (alarm-firing,…), or all',
  ).argParser(parse);

/** As the engine takes it. */
export const skips = ({ skipPreflight }: SkipOptions): { readonly skips?: readonly string[] } =>
  skipPreflight === undefined ? {} : { skips: skipPreflight };
