// Versions of a secret and the staging labels that move between them.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
import { AwsError } from '../../runtime/service.ts';

export interface SecretVersion {
  readonly id: string;
  readonly stages: readonly string[];
  readonly string?: string;
  /** Base64. */
  readonly binary?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export const currentStage = 'AWSCURRENT';
export const previousStage = 'AWSPREVIOUS';
/** Versions without a label that are kept; Secrets Manager promises no more than that some are. */
const unlabelledLimit = 20;

/** Puts a version in front; labels that it bears leave the others, and what was current becomes previous. */
export function addVersion(versions: readonly SecretVersion[], version: SecretVersion): SecretVersion[] {
  const bare = [...versions, { ...version, stages: [] }];
  const labelled = version.stages.reduce<SecretVersion[]>((all, stage) => moveStage(all, stage, version.id), bare);
  const unlabelled = labelled.filter((each) => each.stages.length === 0);
  const forgotten = new Set(unlabelled.slice(0, Math.max(0, unlabelled.length - unlabelledLimit)));
  return labelled.filter((each) => !forgotten.has(each));
}

/** Moves a label to a version, or off all of them. Moving AWSCURRENT leaves AWSPREVIOUS where it was. */
export function moveStage(
  versions: readonly SecretVersion[],
  stage: string,
  toVersionId: string | undefined,
): SecretVersion[] {
  const from = versions.find((each) => each.stages.includes(stage));
  const moved = versions.map((each) => {
    const others = each.stages.filter((other) => other !== stage);
    return { ...each, stages: each.id === toVersionId ? [...others, stage] : others };
  });
  if (stage !== currentStage || from === undefined || from.id === toVersionId) return moved;
  return moveStage(moved, previousStage, from.id);
}

/** The version asked for by id, by label, or by both; the current one by neither. Throws AwsError when there is none. */
export function getVersion(
  versions: readonly SecretVersion[],
  versionId: string | undefined,
  stage: string | undefined,
): SecretVersion {
  const label = stage ?? (versionId === undefined ? currentStage : undefined);
  const version = versions.find(
    (each) =>
      (versionId === undefined || each.id === versionId) && (label === undefined || each.stages.includes(label)),
  );
  if (version !== undefined) return version;
  const wanted = versionId === undefined ? `staging label: ${label}` : `VersionId: ${versionId}`;
  throw new AwsError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${wanted}`,
  );
}

/** Labels by version id, as DescribeSecret answers. */
export function listStages(versions: readonly SecretVersion[]): Record<string, string[]> {
  return Object.fromEntries(
    versions.filter((each) => each.stages.length > 0).map((each) => [each.id, [...each.stages]]),
  );
}
