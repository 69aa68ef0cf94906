// Which commit a chain of causes began with.
import type { Announcement } from '../../contracts/notifications.ts';

const commitCorrelation = /^(?<repository>[\w.-]+\/[\w.-]+)@(?<sha>[0-9a-f]{40})$/;

/** `{ commit }` of `<owner>/<repository>@<commit>`; nothing for a chain that began otherwise. */
export function findCommit(correlationId: string): Pick<Announcement, 'commit'> {
  const { repository, sha } = commitCorrelation.exec(correlationId)?.groups ?? {};
  return repository === undefined || sha === undefined ? {} : { commit: { repository, sha } };
}
