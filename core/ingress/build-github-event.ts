// Builds the bus event of a delivery; of a payload that is too large for the bus only what rules and decisions read.
import { type ClaimCheck, type GitHubDetail, gitHubSource } from '../../contracts/events/github.ts';
import { formatTime } from '../clock.ts';
import type { Payload } from './parse-payload.ts';

/** What the headers said of a verified delivery. */
export interface Delivery {
  /** X-GitHub-Delivery. */
  readonly id: string;
  /** X-GitHub-Event. */
  readonly event: string;
  /** SHA-256 of the raw body, in hexadecimal. */
  readonly bodySha256: string;
  readonly receivedAtMilliseconds: number;
}

export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: object;
}

/** The event as it goes on the bus. `claimCheck`: the payload lies there, and only a reduced one goes along. */
export function buildGitHubEvent(delivery: Delivery, payload: Payload, claimCheck?: ClaimCheck): BusEvent {
  const receivedAt = formatTime(delivery.receivedAtMilliseconds);
  const detail: GitHubDetail = {
    metadata: {
      eventId: delivery.id,
      correlationId: findCommitCorrelation(payload) ?? delivery.id,
      occurredAt: receivedAt,
      actor: text(read(payload, ['sender', 'login'])) ?? 'github',
    },
    delivery: { id: delivery.id, bodySha256: delivery.bodySha256, receivedAt },
    payload: claimCheck === undefined ? payload : reducePayload(payload),
    ...(claimCheck === undefined ? {} : { claimCheck }),
  };
  return { source: gitHubSource, detailType: delivery.event, detail };
}

/** A commit and all that it causes are one chain: its push, its builds, its promotions. */
function findCommitCorrelation(payload: Payload): string | undefined {
  const repository = text(read(payload, ['repository', 'full_name']));
  const commit = text(payload.after) ?? text(read(payload, ['workflow_run', 'head_sha']));
  if (repository === undefined || commit === undefined || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  return /^0+$/.test(commit) ? undefined : `${repository}@${commit}`;
}

/** The same paths as in the full payload, so that a rule or a decision need not know which one it reads. */
const keptPaths: readonly (readonly string[])[] = [
  ...['action', 'ref', 'ref_type', 'before', 'after', 'created', 'deleted', 'forced', 'compare'].map((name) => [name]),
  ...['id', 'name', 'full_name', 'html_url', 'pushed_at', 'default_branch'].map((name) => ['repository', name]),
  ...['id', 'timestamp'].map((name) => ['head_commit', name]),
  ...['id', 'name', 'event', 'status', 'conclusion', 'head_sha', 'head_branch', 'run_attempt', 'html_url'].map(
    (name) => ['workflow_run', name],
  ),
  ['workflow_run', 'updated_at'],
  ['workflow_run', 'head_repository', 'full_name'],
  ...['id', 'tag_name', 'target_commitish', 'draft', 'prerelease', 'html_url', 'published_at'].map((name) => [
    'release',
    name,
  ]),
  ...[['environment'], ['comment'], ['approver', 'login']],
  ['sender', 'login'],
  ['installation', 'id'],
];

/** No single value may be so long that the reduced payload is too large again. */
const maximumValueLength = 1_000;

function reducePayload(payload: Payload): Payload {
  const reduced: Payload = {};
  for (const path of keptPaths) {
    const value = read(payload, path);
    if (['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= maximumValueLength) {
      write(reduced, path, value);
    }
  }
  return reduced;
}

function read(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Payload)[name];
  }
  return current;
}

function write(target: Payload, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const child = (target[name] ?? {}) as Payload;
  target[name] = child;
  write(child, rest, value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= 200 ? value : undefined;
}
