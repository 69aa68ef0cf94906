// The table of strategies that an environment can ask for.
import type { EnvironmentConfiguration } from '../../../config/schema.ts';
import { rollingStrategy } from './rolling-strategy.ts';
import type { Strategy } from './strategy.ts';

const strategies: Readonly<Record<EnvironmentConfiguration['strategy'], Strategy>> = { rolling: rollingStrategy };

/** The strategy of that name. */
export function getStrategy(name: EnvironmentConfiguration['strategy']): Strategy {
  return strategies[name];
}
