// The GitOps repository as the running function reaches it.
import type { Configuration } from '../../config/schema.ts';
import type { GitOpsRepository } from '../../core/promotion/commit-promotion.ts';
import type { GitHubConnection } from './connect-github.ts';
import { createGitHubGitOpsRepository } from './github-gitops-repository.ts';
import { buildWebUrl } from './github-web-url.ts';

export function connectGitOpsRepository(
  { github: { owner, apiUrl, gitops } }: Configuration,
  { client }: GitHubConnection,
): GitOpsRepository {
  const webUrl = buildWebUrl(apiUrl, owner, gitops.repository);
  return createGitHubGitOpsRepository(client, { owner, ...gitops, webUrl });
}
