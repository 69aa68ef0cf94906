// Databases that RDS runs: which of them are backed up by snapshots, and under which keys these stand in each region.
import { z } from 'zod';

/** As RDS takes it: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html */
export const rdsIdentifier = z
  .string()
  .regex(
    /^[a-z](?!.*--)[a-z0-9-]{0,61}[a-z0-9]$/,
    'must be the identifier of an RDS instance or cluster: 2-63 lower-case letters, digits and single dashes',
  );

const keyArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
    'must be the ARN of a KMS key (no alias: IAM grants the key itself), such as arn:aws:kms:eu-central-1:123456789012:key/…',
  );

export const snapshotSchema = z.strictObject({
  /** `instance` for RDS, `cluster` for Aurora and Multi-AZ clusters: their snapshots are different things to AWS. */
  kind: z.enum(['instance', 'cluster']),
  /** Of the instance or cluster, in the primary region. */
  identifier: rdsIdentifier,
  /**
   * Customer keys. `primary` is the one that the database is encrypted under, and so every snapshot of it; the copies in the
   * recovery region are encrypted under `recovery`. A database under AWS's own key cannot be copied to another region's key by others.
   */
  keys: z.strictObject({ primary: keyArn, recovery: keyArn }),
  /** Where a proof restores it: a network of its own, which nothing that is live can reach. Absent: its snapshots are not proven. */
  proof: z
    .strictObject({
      subnetGroup: z
        .string()
        .regex(/^(?!default$)[a-z0-9][a-z0-9 ._-]{0,254}$/, 'must be a DB subnet group of its own, and not default'),
      securityGroups: z
        .array(z.string().regex(/^sg-[0-9a-z]+$/, 'must be a security group such as sg-0a1b2c3d'))
        .min(1),
      instanceClass: z
        .string()
        .regex(/^db\.(?!serverless$)[a-z0-9.-]+$/, 'must be a class such as db.t4g.medium, and not db.serverless')
        .default('db.t4g.medium'),
    })
    .optional(),
});
export type SnapshotConfiguration = z.output<typeof snapshotSchema>;

interface Places {
  readonly aws: { readonly primaryRegion: string; readonly recoveryRegion: string };
  readonly databases: Readonly<
    Record<
      string,
      { readonly environments: Readonly<Record<string, { readonly snapshot?: SnapshotConfiguration | undefined }>> }
    >
  >;
}

/** Keys that stand in another region than the one that they are for, and databases that are named twice. */
export function findSnapshotProblems({ aws, databases }: Places): { path: PropertyKey[]; message: string }[] {
  const seen = new Map<string, string>();
  return Object.entries(databases).flatMap(([database, { environments }]) =>
    Object.entries(environments).flatMap(([environment, { snapshot }]) => {
      if (snapshot === undefined) return [];
      const at = ['databases', database, 'environments', environment, 'snapshot'];
      const place = `${database} in ${environment}`;
      const name = `${snapshot.kind} ${snapshot.identifier}`;
      const other = seen.get(name);
      seen.set(name, place);
      const regions = { primary: aws.primaryRegion, recovery: aws.recoveryRegion } as const;
      return [
        ...(other === undefined
          ? []
          : [{ path: [...at, 'identifier'], message: `${name} is ${other} already: a database is named once` }]),
        ...(['primary', 'recovery'] as const).flatMap((side) => {
          const region = snapshot.keys[side].split(':')[3];
          // What is no ARN, and regions that are the same, are refused by themselves.
          return region === undefined || region === regions[side] || regions.primary === regions.recovery
            ? []
            : [
                {
                  path: [...at, 'keys', side],
                  message: `must be a key of ${regions[side]} (aws.${side}Region), got one of ${region}`,
                },
              ];
        }),
      ];
    }),
  );
}
