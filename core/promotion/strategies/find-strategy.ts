// The table of strategies that an environment can ask for.
import type { EnvironmentConfiguration } from '../../../config/schema.ts';
import { createBlueGreenStrategy } from './blue-green-strategy.ts';
import { canaryStrategy } from './canary-strategy.ts';
import { rollingStrategy } from './rolling-strategy.ts';
import type { Strategy } from './strategy.ts';

/** How the environment lets a new version take over. */
export function getStrategy({ strategy, blueGreen }: EnvironmentConfiguration): Strategy {
  switch (strategy) {
    case 'rolling':
      return rollingStrategy;
    case 'blue-green':
      return createBlueGreenStrategy(blueGreen.replicas);
    case 'canary':
      return canaryStrategy;
  }
}
