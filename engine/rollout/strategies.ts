/** The table of strategies: a new one is one file beside this and one line here. */
import type { CodeHash } from '../hash.ts';
import type { StrategyName } from '../plan/index.ts';
import { deletion } from './deletion.ts';
import { ecsBlueGreen } from './ecsBlueGreen.ts';
import { ecsNative } from './ecsNative.ts';
import { ecsRolling } from './ecsRolling.ts';
import { lambdaAlias } from './lambdaAlias.ts';
import type { Strategy } from './strategy.ts';

export function strategies(hash: CodeHash): Partial<Record<StrategyName, Strategy>> {
  return {
    'ecs-rolling': ecsRolling,
    'ecs-blue-green': ecsBlueGreen,
    'ecs-native': ecsNative,
    'lambda-alias': lambdaAlias(hash),
    'ecs-delete': deletion,
    'lambda-delete': deletion,
  };
}
