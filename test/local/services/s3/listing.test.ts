import {
  CreateBucketCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { listPage } from '../../../../local/services/s3/listing/list-page.ts';
import { REGION, startS3 } from './s3-runtime.ts';

const Bucket = 'listed-bucket';

async function fill(keys: readonly string[], options: { isVersioned?: boolean } = {}): Promise<S3Client> {
  const { client } = await startS3();
  await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } }));
  if (options.isVersioned) {
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  return client;
}

const KEYS = ['a', 'a/1', 'a/2/x', 'a/2/y', 'a0', 'b/1', 'b/2', 'c', 'ü/ß z'];

async function listAll(client: S3Client, input: object): Promise<string[]> {
  const found: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, ...input, ContinuationToken }));
    const entries = [
      ...(page.Contents ?? []).map(({ Key }) => Key),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
    ];
    expect(page.KeyCount).toBe(entries.length);
    found.push(...(entries as string[]));
    ContinuationToken = page.NextContinuationToken;
    expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
  } while (ContinuationToken);
  return found.sort();
}

describe('a listing of objects', () => {
  it('has every key once, page by page', async () => {
    const client = await fill(KEYS);
    for (const MaxKeys of [1, 2, 4, 1000]) expect(await listAll(client, { MaxKeys })).toEqual(KEYS);
  });

  it('rolls keys up to common prefixes, each told once', async () => {
    const client = await fill(KEYS);
    for (const MaxKeys of [1, 2, 1000]) {
      expect(await listAll(client, { MaxKeys, Delimiter: '/' })).toEqual(['a', 'a/', 'a0', 'b/', 'c', 'ü/']);
      expect(await listAll(client, { MaxKeys, Delimiter: '/', Prefix: 'a/' })).toEqual(['a/1', 'a/2/']);
    }
  });

  it('begins behind a key, and encodes keys when asked to', async () => {
    const client = await fill(KEYS);
    expect(await listAll(client, { StartAfter: 'b/1' })).toEqual(['b/2', 'c', 'ü/ß z']);
    expect(await listAll(client, { Prefix: 'ü', EncodingType: 'url' })).toEqual(['%C3%BC/%C3%9F+z']);
  });

  it('has the same entries whatever the size of the pages', () => {
    const keys = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 6 }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 5 }), fc.constantFrom('', 'a', 'a/'), (unsorted, most, prefix) => {
        const items = unsorted
          .filter((key) => key.startsWith(prefix))
          .sort()
          .map((key) => ({ key, item: key }));
        const request = { prefix, delimiter: '/', most };
        const whole = listPage(items, { ...request, most: 1000 }, undefined).entries;
        const paged: object[] = [];
        let after: string | undefined;
        for (;;) {
          const rest = items.filter(({ key }) => after === undefined || key > after);
          const page = listPage(rest, request, after);
          paged.push(...page.entries);
          const last = page.entries.at(-1);
          if (!page.isTruncated || !last) break;
          after = 'item' in last ? last.item : last.prefix;
        }
        expect(paged).toEqual(whole);
      }),
    );
  });
});

describe('a listing of versions', () => {
  it('has every version once, newest first, page by page', async () => {
    const client = await fill(['a', 'b', 'a', 'b', 'a', 'c'], { isVersioned: true });
    const read = async (MaxKeys: number) => {
      const found: string[] = [];
      let markers: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (;;) {
        const page = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys, ...markers }));
        found.push(...(page.Versions ?? []).map(({ Key, VersionId, IsLatest }) => `${Key} ${VersionId} ${IsLatest}`));
        if (!page.IsTruncated) return found;
        markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
    };
    const whole = await read(1000);
    expect(whole.map((line) => [line[0], line.endsWith('true')])).toEqual([
      ['a', true],
      ['a', false],
      ['a', false],
      ['b', true],
      ['b', false],
      ['c', true],
    ]);
    for (const MaxKeys of [1, 2, 4]) expect(await read(MaxKeys)).toEqual(whole);
  });
});
