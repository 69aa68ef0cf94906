// CopyDBSnapshot and CopyDBClusterSnapshot: to another name or another region, under a key of that region.
// https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import { copyingSnapshot } from './durations.ts';
import { checkIdentifier } from './identifiers.ts';
import { keyPermissions, requestTags } from './permissions.ts';
import type { SnapshotDesk, SnapshotInput } from './snapshot-desk.ts';
import { statusOf } from './snapshot-table.ts';
import { toRecord } from './tags.ts';

/** Copies that one account may have under way to one region. */
const copyQuota = 20;

export function createCopyOperation(desk: SnapshotDesk): Operation {
  const { kind, words, idMember, snapshots, now, arnIn, permit, tagsOf, get, begin } = desk;

  function sourceArn(input: SnapshotInput, region: string): string {
    const given = input[`Source${idMember}`] ?? '';
    return given.startsWith('arn:') ? given : arnIn(region, given);
  }

  return {
    authorize: (input: SnapshotInput, { region }: CallContext) => {
      const tags = requestTags(input.Tags);
      const target = arnIn(region, input[`Target${idMember}`] ?? '');
      const source = sourceArn(input, region);
      return [
        permit(`Copy${words.snapshot}`, source, {
          ...tags,
          ...tagsOf(source.split(':')[3] ?? '', identifierOf(source)),
        }),
        permit(`Copy${words.snapshot}`, target, tags),
        ...(input.Tags === undefined ? [] : [permit('AddTagsToResource', target, tags)]),
        ...keyPermissions(input.KmsKeyId, region),
      ];
    },
    handle(input: SnapshotInput, { region }: CallContext) {
      const identifier = checkIdentifier(input[`Target${idMember}`], `Target${idMember}`);
      const copyOf = sourceArn(input, region);
      const from = copyOf.split(':')[3] ?? region;
      const source = get(from, identifierOf(copyOf));
      if (statusOf(source, now()) !== 'available')
        throw new AwsError(words.invalidSnapshotState, `Cannot copy ${source.identifier}: it is not available.`);
      if (from !== region && source.kmsKeyId !== undefined && input.KmsKeyId === undefined)
        throw new AwsError(
          'KMSKeyNotAccessibleFault',
          'A key of the destination region is needed to copy an encrypted snapshot to another region.',
        );
      const underWay = snapshots.list(kind, region).filter((one) => statusOf(one, now()) === 'copying');
      if (from !== region && underWay.length >= copyQuota)
        throw new AwsError('SnapshotQuotaExceededFault', `Cannot have more than ${copyQuota} copies under way`);
      const key = input.KmsKeyId ?? source.kmsKeyId;
      const at = now();
      return begin({
        ...source,
        ...{ region, identifier, copyOf, startedAt: at },
        ...(key === undefined ? {} : { kmsKeyId: key }),
        tags: { ...(String(input.CopyTags) === 'true' ? source.tags : {}), ...toRecord(input.Tags) },
        readyAt: at + copyingSnapshot(source.allocatedGigabytes),
      });
    },
  };
}

function identifierOf(arn: string): string {
  return arn.split(':').slice(6).join(':');
}
