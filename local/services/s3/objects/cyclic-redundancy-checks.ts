// The cyclic redundancy checks that S3 offers: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
import { crc32 } from 'node:zlib';

/** Something that takes bytes and ends in a digest, like a hash of node:crypto. */
export interface Digest {
  update(bytes: Uint8Array): unknown;
  digest(): Buffer;
}

/** Reflected polynomials; the 64-bit one as its high and low half. */
const CASTAGNOLI = 0x82f63b78;
const NVME_HIGH = 0x9a6c9329;
const NVME_LOW = 0xac4bc9b5;
const ALL_ONES = 0xffffffff;

export function createCrc32(): Digest {
  let value = 0;
  return {
    update(bytes) {
      value = crc32(bytes, value);
    },
    digest: () => toBytes(value),
  };
}

export function createCrc32c(): Digest {
  let value = ALL_ONES;
  return {
    update(bytes) {
      for (const byte of bytes) value = (CASTAGNOLI_TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8);
    },
    digest: () => toBytes(value ^ ALL_ONES),
  };
}

export function createCrc64Nvme(): Digest {
  let high = ALL_ONES;
  let low = ALL_ONES;
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (NVME_TABLE.low[index] as number);
        high = (high >>> 8) ^ (NVME_TABLE.high[index] as number);
      }
    },
    digest: () => Buffer.concat([toBytes(high ^ ALL_ONES), toBytes(low ^ ALL_ONES)]),
  };
}

const CASTAGNOLI_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ CASTAGNOLI : value >>> 1;
  return value;
});

const NVME_TABLE = buildNvmeTable();

function buildNvmeTable(): { high: Uint32Array; low: Uint32Array } {
  const table = { high: new Uint32Array(256), low: new Uint32Array(256) };
  for (let index = 0; index < 256; index += 1) {
    let high = 0;
    let low = index;
    for (let bit = 0; bit < 8; bit += 1) {
      const isOdd = low & 1;
      low = ((low >>> 1) | (high << 31)) ^ (isOdd ? NVME_LOW : 0);
      high = (high >>> 1) ^ (isOdd ? NVME_HIGH : 0);
    }
    table.high[index] = high;
    table.low[index] = low;
  }
  return table;
}

function toBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
