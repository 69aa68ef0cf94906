// What a caller of RDS needs: condition keys of tags, and the customer's key that RDS is granted the use of.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
import type { Tag } from '@aws-sdk/client-rds';
import type { Permission } from '../../runtime/service.ts';
import { type Kind, names } from './kinds.ts';
import { toRecord } from './tags.ts';

type Keys = Record<string, string | readonly string[]>;

/** Of the tags that a request sets. */
export function requestTags(tags: readonly Tag[] | undefined): Keys {
  const entries = Object.entries(toRecord(tags));
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...Object.fromEntries(entries.map(([key, value]) => [`rds:req-tag/${key}`, value])),
    'aws:TagKeys': entries.map(([key]) => key),
  };
}

/** Of the tags that a resource has. */
export function resourceTags(tags: Readonly<Record<string, string>> | undefined): Keys {
  return Object.fromEntries(Object.entries(tags ?? {}).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}

export function snapshotTags(kind: Kind, tags: Readonly<Record<string, string>> | undefined): Keys {
  const own = Object.entries(tags ?? {}).map(([key, value]) => [`${names[kind].snapshotTag}/${key}`, value]);
  return { ...resourceTags(tags), ...Object.fromEntries(own) };
}

/** RDS works later, in its own time: the caller grants it the key. None for a key of AWS's own. */
export function keyPermissions(keyId: string | undefined, region: string): Permission[] {
  if (keyId === undefined || !/^arn:[^:]*:kms:[^:]*:[^:]*:key\//.test(keyId)) return [];
  const via = { 'kms:ViaService': `rds.${region}.amazonaws.com` };
  return [
    { action: 'kms:DescribeKey', resource: keyId, context: via },
    { action: 'kms:CreateGrant', resource: keyId, context: { ...via, 'kms:GrantIsForAWSResource': 'true' } },
  ];
}
