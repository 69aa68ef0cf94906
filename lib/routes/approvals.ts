// What starts approvals.
import type { Configuration } from '../../config/schema.ts';
import { buildCutOffPattern } from '../../contracts/events/execution.ts';
import { deploymentProtectionRequestedPattern, deploymentReviewedPattern } from '../../contracts/events/github.ts';
import { approvalPressedPattern } from '../../contracts/events/slack.ts';
import { ofRepositories } from './of-repositories.ts';
import type { EventRoute } from './route.ts';

export function buildApprovalRoutes({ application, github }: Configuration): readonly EventRoute[] {
  return [
    {
      id: 'slack-decides',
      description: 'A button that a person presses in Slack is an answer to what was asked',
      pattern: approvalPressedPattern,
      target: { function: 'decide-approval' },
      deadLetters: 'approval',
    },
    {
      id: 'review-decides',
      description: 'A deployment review in GitHub is an answer to what was asked of the same commit and environment',
      pattern: ofRepositories(deploymentReviewedPattern, github),
      target: { function: 'decide-approval' },
      deadLetters: 'approval',
    },
    {
      id: 'cut-off-withdraws',
      description: 'What an execution asked of people is closed when it ends without their answer',
      pattern: buildCutOffPattern(application),
      fromAws: true,
      target: { function: 'decide-approval' },
      deadLetters: 'approval',
    },
    {
      id: 'job-asks-for-leave',
      description: 'A job of GitHub Actions waits before it deploys to an environment: our gates answer',
      pattern: ofRepositories(deploymentProtectionRequestedPattern, github),
      target: { function: 'answer-deployment-protection' },
      deadLetters: 'approval',
    },
  ];
}
