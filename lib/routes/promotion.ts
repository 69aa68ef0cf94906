// What starts promotions.
import type { Configuration } from '../../config/schema.ts';
import { criticalAlertChangedPattern } from '../../contracts/events/alert.ts';
import { clusterNewsPattern } from '../../contracts/events/cluster.ts';
import {
  branchPushPattern,
  releasePublishedPattern,
  workflowRunCompletedPattern,
} from '../../contracts/events/github.ts';
import { promotionSucceededPattern } from '../../contracts/events/promotion.ts';
import { ofRepositories } from './of-repositories.ts';
import type { EventRoute, ScheduleRoute } from './route.ts';

export function buildPromotionRoutes({ github, environments }: Configuration): readonly EventRoute[] {
  const followed = Object.values(environments).flatMap(({ promoteFrom }) => promoteFrom ?? []);
  return [
    {
      id: 'push-promotes',
      description: 'A push to a branch promotes what it touched to the environment of that branch',
      pattern: ofRepositories(branchPushPattern, github),
      target: { workflow: 'promote-release' },
      deadLetters: 'promotion',
    },
    {
      id: 'release-promotes',
      description: 'A published release promotes to the environments that ask for it',
      pattern: ofRepositories(releasePublishedPattern, github),
      target: { workflow: 'promote-release' },
      deadLetters: 'promotion',
    },
    ...(followed.length === 0
      ? []
      : [
          {
            id: 'success-travels',
            description: 'What was promoted with success is promoted to the environment that follows',
            pattern: promotionSucceededPattern(followed),
            target: { workflow: 'promote-release' },
            deadLetters: 'promotion',
          } as const,
        ]),
    {
      id: 'build-concludes',
      description: 'The end of a build is told to the promotions that wait for it',
      pattern: ofRepositories(workflowRunCompletedPattern, github),
      target: { function: 'report-build' },
      deadLetters: 'promotion',
    },
    {
      id: 'cluster-news-wake',
      description: 'What Argo CD and Flagger say wakes the promotions and rollbacks that wait for it',
      pattern: clusterNewsPattern,
      target: { function: 'report-rollout' },
      deadLetters: 'promotion',
    },
    {
      id: 'alert-is-tracked',
      description: 'The gates know which critical alerts fire',
      pattern: criticalAlertChangedPattern,
      target: { function: 'track-alert' },
      deadLetters: 'promotion',
    },
  ];
}

export const promotionSchedules: readonly ScheduleRoute[] = [
  {
    id: 'retire-colours',
    description: 'The colour that is not live any more is scaled down once it was kept warm long enough',
    schedule: 'retireColours',
    target: { function: 'retire-colours' },
    deadLetters: 'promotion',
  },
];
