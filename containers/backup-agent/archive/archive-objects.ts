// The objects of an archive in the layout of Barman Cloud: what is where, and its bytes as they were before compression.
import type { Readable } from 'node:stream';
import { PassThrough } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

export interface ArchivePlace {
  readonly bucket: string;
  /** Of the archive, with the slash at the end. */
  readonly archive: string;
}

export async function listKeys(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
    keys.push(...(page.Contents ?? []).map(({ Key }) => String(Key)));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys;
}

/** @throws Error for a compression that we do not configure. */
export async function openObject(
  s3: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly source: Readable; readonly decompress: NodeJS.ReadWriteStream }> {
  const decompress = decompressorOf(key);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
  return { source: Body as Readable, decompress };
}

function decompressorOf(key: string): NodeJS.ReadWriteStream {
  if (key.endsWith('.gz')) return createGunzip();
  if (key.endsWith('.zst')) return createZstdDecompress();
  if (/\.(bz2|snappy|lz4|xz)$/.test(key))
    throw new Error(`${key} is compressed in a way that is not read here: let the archive use gzip or zstd`);
  return new PassThrough();
}
