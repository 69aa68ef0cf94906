// Every operation of the REST API that the world answers, the more specific paths first.
import { actionRoutes } from './action-routes.ts';
import { appRoutes } from './app-routes.ts';
import { checkRunRoutes } from './check-run-routes.ts';
import { commitCommentRoutes } from './commit-comment-routes.ts';
import { commitRoutes } from './commit-routes.ts';
import { commitStatusRoutes } from './commit-status-routes.ts';
import { contentsRoutes } from './contents-routes.ts';
import { deploymentRoutes } from './deployment-routes.ts';
import { deploymentStatusRoutes } from './deployment-status-routes.ts';
import { environmentRoutes } from './environment-routes.ts';
import { gitObjectRoutes } from './git-object-routes.ts';
import { gitRefRoutes } from './git-ref-routes.ts';
import { gitTreeRoutes } from './git-tree-routes.ts';
import { hookRoutes } from './hook-routes.ts';
import { issueCommentRoutes } from './issue-comment-routes.ts';
import { issueRoutes } from './issue-routes.ts';
import type { RateLimiter } from './rate-limit.ts';
import { releaseRoutes } from './release-routes.ts';
import { repositoryRoutes } from './repository-routes.ts';
import type { Route } from './route.ts';

/** The table of operations. */
export function buildRoutes(rateLimiter: RateLimiter): readonly Route[] {
  return [
    ...appRoutes,
    ...hookRoutes,
    ...commitStatusRoutes,
    ...checkRunRoutes,
    ...commitCommentRoutes,
    ...commitRoutes,
    ...contentsRoutes,
    ...gitRefRoutes,
    ...gitObjectRoutes,
    ...gitTreeRoutes,
    ...deploymentStatusRoutes,
    ...deploymentRoutes,
    ...environmentRoutes,
    ...issueCommentRoutes,
    ...issueRoutes,
    ...releaseRoutes,
    ...actionRoutes,
    ...repositoryRoutes,
    {
      method: 'GET',
      path: '/rate_limit',
      access: 'any',
      documentation: 'rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user',
      handle({ actor }) {
        const { limit, used, resetAt } = rateLimiter.get(actor);
        const core = { limit, used, remaining: limit - used, reset: Math.ceil(resetAt / 1000) };
        return { status: 200, body: { resources: { core }, rate: core } };
      },
    },
  ];
}
