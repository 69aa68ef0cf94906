// What a lifecycle rule of a template covers, as S3 tells it and as S3 applies it.
import { describe, expect, it } from '@jest/globals';
import { decideLifecycle } from '../../../../local/services/s3/lifecycle/decide-lifecycle.ts';
import type { ObjectVersion } from '../../../../local/services/s3/objects/object-version.ts';
import {
  readTemplateLifecycle,
  type TemplateLifecycleRule,
} from '../../../../local/services/s3/providers/read-lifecycle.ts';

const tag = { Key: 'a', Value: '1' };

describe('a lifecycle rule', () => {
  it.each<[criteria: Partial<TemplateLifecycleRule>, filter: object]>([
    [{}, { Prefix: '' }],
    [{ Prefix: 'logs/' }, { Prefix: 'logs/' }],
    [{ TagFilters: [tag] }, { Tag: tag }],
    [{ ObjectSizeGreaterThan: '5' }, { ObjectSizeGreaterThan: 5 }],
    [{ ObjectSizeLessThan: 5 }, { ObjectSizeLessThan: 5 }],
    [{ Prefix: 'logs/', TagFilters: [tag] }, { And: { Prefix: 'logs/', Tags: [tag] } }],
    [{ TagFilters: [tag, { Key: 'b', Value: '2' }] }, { And: { Tags: [tag, { Key: 'b', Value: '2' }] } }],
    [{ ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 5 }, { And: { ObjectSizeGreaterThan: 1, ObjectSizeLessThan: 5 } }],
  ])('with %j has the filter %j', (criteria, filter) => {
    expect(readTemplateLifecycle({ Status: 'Enabled', ExpirationInDays: 1, ...criteria }).Filter).toEqual(filter);
  });

  it.each<[criteria: Partial<TemplateLifecycleRule>, covered: number[]]>([
    [{ ObjectSizeLessThan: 5 }, [1]],
    [{ ObjectSizeGreaterThan: 5 }, [9]],
    [{ ObjectSizeGreaterThan: 0, ObjectSizeLessThan: 5 }, [1]],
    [{}, [1, 9]],
  ])('with %j ends objects of the sizes %j', (criteria, covered) => {
    const rule = readTemplateLifecycle({ Status: 'Enabled', ExpirationInDays: 1, ...criteria });
    const isCovered = (size: number) => {
      const version = { key: 'k', lastModified: 0, content: { size, tags: {} } } as unknown as ObjectVersion;
      return decideLifecycle([rule], [version], 10 * 86_400_000).length > 0;
    };
    expect([1, 9].filter(isCovered)).toEqual(covered);
  });
});
