// What every webhook payload says beside its subject: repository, organization and sender.
import type { RepositoryRecord } from '../records.ts';
import { presentRepository } from '../shapes/present-repository.ts';
import { presentOrganization, presentUser } from '../shapes/present-user.ts';

/** Completes a payload about a repository. */
export function buildEvent<Subject extends object>(
  url: string,
  repository: RepositoryRecord,
  sender: string,
  subject: Subject,
) {
  return {
    ...subject,
    repository: presentRepository(url, repository),
    organization: presentOrganization(url, repository.owner),
    sender: presentUser(url, sender),
  };
}
