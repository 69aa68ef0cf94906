// Where a database's archive is kept: a prefix of a bucket, written by the role of the database's own pods.
import type { Readable } from 'node:stream';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

export interface ArchiveStore {
  put(key: string, body: Buffer): Promise<void>;
  putStream(key: string, body: Readable): Promise<void>;
  /** Whether anything lies below the prefix. */
  has(prefix: string): Promise<boolean>;
}

export interface ArchivePlace {
  readonly bucket: string;
  /** With the slash at the end. */
  readonly prefix: string;
  /** What AWS gives the database's pods; asked for before every call, since credentials run out. */
  readonly variables: () => Readonly<Record<string, string>>;
}

export function openArchiveStore({ bucket, prefix, variables }: ArchivePlace): ArchiveStore {
  const withClient = async <T>(use: (client: S3Client) => Promise<T>): Promise<T> => {
    const client = connect(variables());
    try {
      return await use(client);
    } finally {
      client.destroy();
    }
  };
  return {
    async put(key, body) {
      const parameters = { Bucket: bucket, Key: prefix + key, Body: body, ChecksumAlgorithm: 'SHA256' } as const;
      await withClient((client) => client.send(new PutObjectCommand(parameters)));
    },
    async putStream(key, body) {
      const params = { Bucket: bucket, Key: prefix + key, Body: body, ChecksumAlgorithm: 'SHA256' } as const;
      await withClient((client) => new Upload({ client, params }).done());
    },
    async has(below) {
      const { KeyCount = 0 } = await withClient((client) =>
        client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix + below, MaxKeys: 1 })),
      );
      return KeyCount > 0;
    },
  };
}

function connect(variables: Readonly<Record<string, string>>): S3Client {
  const { AWS_ENDPOINT_URL = '', AWS_REGION = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = variables;
  const { AWS_SESSION_TOKEN: sessionToken } = variables;
  return new S3Client({
    endpoint: AWS_ENDPOINT_URL,
    region: AWS_REGION,
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  });
}
