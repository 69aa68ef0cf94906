// Reads from a push event what a promotion depends on, and says when its list of files cannot be relied on.
import * as z from 'zod/mini';

const commitId = z.string().check(z.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/));
const filesSchema = z._default(z.array(z.string()), []);

const pushSchema = z.object({
  ref: z.string(),
  before: commitId,
  after: commitId,
  created: z._default(z.boolean(), false),
  deleted: z._default(z.boolean(), false),
  forced: z._default(z.boolean(), false),
  compare: z.optional(z.string()),
  repository: z.object({
    full_name: z.string(),
    /** Epoch seconds in push events, ISO 8601 elsewhere. */
    pushed_at: z.optional(z.union([z.number(), z.string()])),
  }),
  commits: z.optional(z.array(z.object({ added: filesSchema, removed: filesSchema, modified: filesSchema }))),
});

export interface Push {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly isNewBranch: boolean;
  readonly isDeletion: boolean;
  readonly isForced: boolean;
  /** `<owner>/<name>`. */
  readonly repository: string;
  readonly url: string | undefined;
  /** When GitHub took the push; ISO 8601, by GitHub's clock to the second. */
  readonly pushedAt: string | undefined;
  /** Every file that a commit of the push touched; undefined when the event does not tell all of them. */
  readonly files: readonly string[] | undefined;
}

/** GitHub lists at most this many commits in a push event. @see https://docs.github.com/webhooks/webhook-events-and-payloads#push */
const maximumListedCommits = 2_048;

/** The push of an event's payload, or undefined when the payload is none. */
export function findPush(payload: unknown): Push | undefined {
  const parsed = pushSchema.safeParse(payload);
  if (!parsed.success) return undefined;
  const { ref, before, after, created, deleted, forced, compare, repository, commits } = parsed.data;
  const isListComplete =
    commits !== undefined && commits.length > 0 && commits.length < maximumListedCommits && !forced;
  return {
    ref,
    before,
    after,
    isNewBranch: created || /^0+$/.test(before),
    isDeletion: deleted || /^0+$/.test(after),
    isForced: forced,
    repository: repository.full_name,
    url: compare,
    pushedAt: formatPushedAt(repository.pushed_at),
    files: isListComplete
      ? [...new Set(commits.flatMap(({ added, removed, modified }) => [...added, ...removed, ...modified]))]
      : undefined,
  };
}

function formatPushedAt(pushedAt: number | string | undefined): string | undefined {
  if (pushedAt === undefined) return undefined;
  const date = new Date(typeof pushedAt === 'number' ? pushedAt * 1000 : pushedAt);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
