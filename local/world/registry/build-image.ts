// A small but valid OCI image: a config, one layer, and the manifest that names both by digest.
// https://github.com/opencontainers/image-spec/blob/main/manifest.md
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

export interface BuiltImage {
  readonly manifest: string;
  readonly mediaType: string;
  /** The config and the layer. */
  readonly blobs: readonly string[];
}

const mediaType = 'application/vnd.oci.image.manifest.v1+json';

/** Deterministic: the same input gives the same bytes, and so the same digest. Blobs are base64. */
export function buildImage(input: {
  readonly repository: string;
  readonly tag: string;
  readonly labels: Readonly<Record<string, string>>;
}): BuiltImage {
  // An empty tar archive: two blocks of zeros. What runs is decided by the tag, not by files.
  const layer = gzipSync(Buffer.alloc(1024), { level: 9 });
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'arm64',
      os: 'linux',
      config: {
        Labels: {
          'org.opencontainers.image.title': input.repository,
          'org.opencontainers.image.version': input.tag,
          ...input.labels,
        },
      },
      rootfs: { type: 'layers', diff_ids: [hash(Buffer.alloc(1024))] },
    }),
  );
  const describe = (type: string, bytes: Buffer) => ({ mediaType: type, digest: hash(bytes), size: bytes.length });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: describe('application/vnd.oci.image.config.v1+json', config),
    layers: [describe('application/vnd.oci.image.layer.v1.tar+gzip', layer)],
  });
  return { manifest, mediaType, blobs: [config.toString('base64'), layer.toString('base64')] };
}

/** Of the bytes that a base64 text stands for. */
export function digestOf(base64: string): string {
  return hash(Buffer.from(base64, 'base64'));
}

function hash(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
