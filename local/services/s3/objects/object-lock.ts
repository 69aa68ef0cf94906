// Write once, read many: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
import { AwsError } from '../../../runtime/service.ts';
import type { Bucket } from '../buckets/bucket.ts';
import type { ObjectLock, ObjectVersion } from './object-version.ts';

export interface LockInput {
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

const DAY_MILLISECONDS = 86_400_000;
const YEAR_DAYS = 365;

/** The lock of a new object: what the request says, else what the bucket sets. Throws for a bucket without locks. */
export function decideLock(bucket: Bucket, input: LockInput, now: number): ObjectLock | undefined {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: legalHold } = input;
  if (!bucket.objectLock) {
    if (mode ?? until ?? legalHold) {
      throw new AwsError('InvalidRequest', 'Bucket is missing Object Lock Configuration');
    }
    return undefined;
  }
  if ((mode === undefined) !== (until === undefined)) {
    throw new AwsError(
      'InvalidArgument',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  }
  const retention = mode && until ? readRetention(mode, until, now) : buildDefaultRetention(bucket, now);
  if (!retention && !legalHold) return undefined;
  return { ...retention, ...(legalHold && { legalHold: legalHold as 'ON' | 'OFF' }) };
}

/** Throws `AccessDenied` when the version may not be deleted yet. */
export function checkDeletable(version: ObjectVersion, now: number, mayBypassGovernance: boolean): void {
  const lock = version.content?.lock;
  if (!lock) return;
  const isRetained = (lock.retainUntil ?? 0) > now && !(lock.mode === 'GOVERNANCE' && mayBypassGovernance);
  if (lock.legalHold === 'ON' || isRetained) throw protectedByLock();
}

/** The lock with another retention. Throws `AccessDenied` when that would weaken one that holds. */
export function changeRetention(
  lock: ObjectLock | undefined,
  retention: { readonly Mode?: string | undefined; readonly RetainUntilDate?: Date | undefined },
  now: number,
  mayBypassGovernance: boolean,
): ObjectLock {
  const next =
    retention.Mode && retention.RetainUntilDate
      ? readRetention(retention.Mode, retention.RetainUntilDate, now)
      : undefined;
  const { mode, retainUntil = 0, ...rest } = lock ?? {};
  const holds = retainUntil > now && !(mode === 'GOVERNANCE' && mayBypassGovernance);
  const weakens = !next || next.retainUntil < retainUntil || (mode === 'COMPLIANCE' && next.mode !== 'COMPLIANCE');
  if (holds && weakens) throw protectedByLock();
  return { ...rest, ...next };
}

function readRetention(mode: string, until: Date, now: number) {
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw new AwsError('InvalidArgument', 'Unknown wormMode directive.');
  }
  if (until.getTime() <= now) {
    throw new AwsError('InvalidArgument', 'The retain until date must be in the future!');
  }
  return { mode, retainUntil: until.getTime() } as const;
}

function buildDefaultRetention({ objectLock }: Bucket, now: number): ObjectLock | undefined {
  if (!objectLock?.mode) return undefined;
  const days = objectLock.days ?? (objectLock.years ?? 0) * YEAR_DAYS;
  return { mode: objectLock.mode, retainUntil: now + days * DAY_MILLISECONDS };
}

function protectedByLock(): AwsError {
  return new AwsError('AccessDenied', 'Access Denied because object protected by object lock.', { status: 403 });
}
