// Narrows a pattern of GitHub's events to the repositories that we release from.
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Configuration } from '../../config/schema.ts';

/** Only what happens in the repositories that we release from: our own commits to the GitOps repository start nothing. */
export function ofRepositories<P extends { readonly detail: { readonly payload: object } }>(
  pattern: P,
  { owner, repositories }: Configuration['github'],
): EventPattern {
  const fullNames = repositories.map((repository) => `${owner}/${repository}`);
  return { ...pattern, detail: { payload: { ...pattern.detail.payload, repository: { full_name: fullNames } } } };
}
