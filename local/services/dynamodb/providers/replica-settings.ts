// The settings that a replica has for itself, from the properties by which CloudFormation declares them.
import type { ReplicaSettings } from '../tables/table-record.ts';

export interface ReplicaProperties {
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClass?: string;
  readonly PointInTimeRecoverySpecification?: {
    readonly PointInTimeRecoveryEnabled?: boolean;
    readonly RecoveryPeriodInDays?: number;
  };
  readonly SSESpecification?: {
    readonly SSEEnabled?: boolean;
    readonly SSEType?: string;
    readonly KMSMasterKeyId?: string;
  };
  readonly ContributorInsightsSpecification?: { readonly Enabled?: boolean };
  readonly ResourcePolicy?: { readonly PolicyDocument: object };
}

const LONGEST_RECOVERY_DAYS = 35;

/** `existing` keeps since when recovery has been possible. */
export function readReplicaSettings(
  properties: ReplicaProperties,
  existing: ReplicaSettings | undefined,
  now: number,
): ReplicaSettings {
  const recovery = properties.PointInTimeRecoverySpecification;
  const encryption = properties.SSESpecification;
  return {
    tags: Object.fromEntries((properties.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    deletionProtection: properties.DeletionProtectionEnabled === true,
    contributorInsights: properties.ContributorInsightsSpecification?.Enabled === true,
    ...(properties.TableClass && { tableClass: properties.TableClass }),
    ...(recovery?.PointInTimeRecoveryEnabled && {
      pointInTimeRecovery: {
        since: existing?.pointInTimeRecovery?.since ?? now,
        recoveryPeriodDays: Number(recovery.RecoveryPeriodInDays ?? LONGEST_RECOVERY_DAYS),
      },
    }),
    ...((encryption?.SSEEnabled || encryption?.KMSMasterKeyId) && {
      encryption: {
        SSEType: encryption.SSEType ?? 'KMS',
        ...(encryption.KMSMasterKeyId && { KMSMasterKeyArn: encryption.KMSMasterKeyId }),
      },
    }),
    ...(properties.ResourcePolicy && {
      resourcePolicy: { document: JSON.stringify(properties.ResourcePolicy.PolicyDocument), revision: '1' },
    }),
  };
}
