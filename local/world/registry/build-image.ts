// A real OCI image with nothing in it: configuration, one empty layer and manifest, the same bytes for the same input.
import { createHash } from 'node:crypto';

export interface Blob {
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface Image {
  readonly manifest: Blob;
  readonly configuration: Blob;
  readonly layer: Blob;
}

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** A tar archive without entries. */
const EMPTY_TAR = Buffer.alloc(1024);

/** `sha256:…` of some bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Builds the image; images of different repositories, tags or labels have different digests.
 * https://github.com/opencontainers/image-spec/blob/main/manifest.md
 */
export function buildImage(repository: string, tag: string, labels: Readonly<Record<string, string>>): Image {
  const layer = toBlob(EMPTY_TAR);
  const allLabels = {
    'org.opencontainers.image.title': repository,
    'org.opencontainers.image.version': tag,
    ...labels,
  };
  const configuration = toBlob({
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: sortKeys(allLabels) },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: 'empty layer' }],
  });
  const manifest = toBlob({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describeBlob('application/vnd.oci.image.config.v1+json', configuration),
    layers: [describeBlob('application/vnd.oci.image.layer.v1.tar', layer)],
  });
  return { manifest, configuration, layer };
}

function toBlob(content: object): Blob {
  const bytes = content instanceof Buffer ? content : Buffer.from(JSON.stringify(content));
  return { digest: digestOf(bytes), bytes };
}

function describeBlob(mediaType: string, { digest, bytes }: Blob) {
  return { mediaType, digest, size: bytes.length };
}

function sortKeys(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
