// The checksums of objects: which one a request asks for, and computing it.
import { createHash } from 'node:crypto';
import { AwsError } from '../../../runtime/service.ts';
import { createCrc32, createCrc32c, createCrc64Nvme, type Digest } from './cyclic-redundancy-checks.ts';

const DIGESTS = {
  CRC32: createCrc32,
  CRC32C: createCrc32c,
  CRC64NVME: createCrc64Nvme,
  SHA1: () => createHash('sha1'),
  SHA256: () => createHash('sha256'),
  SHA512: () => createHash('sha512'),
  MD5: () => createHash('md5'),
} as const satisfies Record<string, () => Digest>;

export type ChecksumAlgorithm = keyof typeof DIGESTS;

export const CHECKSUM_ALGORITHMS = Object.keys(DIGESTS) as readonly ChecksumAlgorithm[];
/** What S3 computes when a client names no algorithm. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in `-<number of parts>`. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  return DIGESTS[algorithm]();
}

/** The algorithm that a request names, by itself or by sending a value. Throws `InvalidRequest` for one not offered here. */
export function findAlgorithm(input: object): ChecksumAlgorithm | undefined {
  const { ChecksumAlgorithm: named } = input as { ChecksumAlgorithm?: string };
  if (named !== undefined && named !== '') {
    if (!CHECKSUM_ALGORITHMS.includes(named as ChecksumAlgorithm)) {
      throw new AwsError('InvalidRequest', `Checksum algorithm provided is unsupported here: ${named}`);
    }
    return named as ChecksumAlgorithm;
  }
  return CHECKSUM_ALGORITHMS.find((algorithm) => findGivenChecksum(input, algorithm) !== undefined);
}

/** The value that a request gives in a header (or an output member of that name has). */
export function findGivenChecksum(input: object, algorithm: ChecksumAlgorithm): string | undefined {
  return (input as Record<string, string | undefined>)[`Checksum${algorithm}`];
}

/** The members by which outputs carry a checksum. */
export function writeChecksum(checksum: Checksum | undefined): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type } : {};
}
