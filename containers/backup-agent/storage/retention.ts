// What every object of a backup carries: the tag that the lifecycle goes by, and the lock that nobody shortens.

export interface ObjectRetention {
  readonly tier: string;
  /** Until then the stored versions cannot be deleted. */
  readonly keepUntil: Date;
  readonly lock: 'GOVERNANCE' | 'COMPLIANCE';
}

/** As parameters of PutObject and CreateMultipartUpload. */
export function retentionParameters({ tier, keepUntil, lock }: ObjectRetention) {
  return {
    Tagging: `retention=${encodeURIComponent(tier)}`,
    ObjectLockMode: lock,
    ObjectLockRetainUntilDate: keepUntil,
  } as const;
}
