// Repositories and the images in them, by digest and by tag. Manifests only: layers are pushed and pulled by the OCI distribution API.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
import { createHash, randomBytes } from 'node:crypto';
import type { RuntimeContext } from '../../runtime/context.ts';
import { AwsError, type CallContext, type Operation } from '../../runtime/service.ts';
import type { Image, ImageTable } from './image-table.ts';
import { replicationMilliseconds } from './replication-operations.ts';

interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}
interface Named {
  readonly repositoryName: string;
}
interface Push extends Named {
  readonly imageManifest: string;
  readonly imageManifestMediaType?: string;
  readonly imageTag?: string;
}

const tokenMilliseconds = 12 * 3_600_000;
const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

export function createImageOperations(context: RuntimeContext, table: ImageTable): Record<string, Operation> {
  const { clock, store, accountId } = context;
  const guard =
    (action: string): Operation['authorize'] =>
    ({ repositoryName }: Named, { region }: CallContext) => [
      { action: `ecr:${action}`, resource: `arn:aws:ecr:${region}:${accountId}:repository/${repositoryName}` },
    ];

  function check(region: string, name: string): void {
    if (!table.hasRepository(region, name))
      throw new AwsError(
        'RepositoryNotFoundException',
        `The repository with name '${name}' does not exist in the registry with id '${accountId}'`,
      );
  }

  function find(region: string, repository: string, { imageDigest, imageTag }: ImageId): Image | undefined {
    return table
      .list(region, repository)
      .filter(({ availableAt }) => availableAt <= clock.now())
      .find((image) =>
        imageDigest === undefined ? image.tags.includes(imageTag ?? '') : image.digest === imageDigest,
      );
  }

  /** Images that are there, and for each of the others why not. */
  function split(region: string, repository: string, ids: readonly ImageId[]) {
    check(region, repository);
    const found = ids.map((imageId) => ({ imageId, image: find(region, repository, imageId) }));
    return {
      images: found.flatMap(({ image }) => image ?? []),
      failures: found
        .filter(({ image }) => image === undefined)
        .map(({ imageId }) => ({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' })),
    };
  }

  const describe = ({ repository, digest, tags, manifest, mediaType }: Image) => ({
    ...{ registryId: accountId, repositoryName: repository, imageManifest: manifest },
    ...{ imageManifestMediaType: mediaType, imageId: { imageDigest: digest, imageTag: tags[0] } },
  });

  return {
    CreateRepository: {
      authorize: guard('CreateRepository'),
      async handle({ repositoryName }: Named, { region }) {
        if (table.hasRepository(region, repositoryName))
          throw new AwsError('RepositoryAlreadyExistsException', `The repository '${repositoryName}' already exists`);
        table.putRepository(region, repositoryName, clock.now());
        await store.flush();
        const repositoryArn = `arn:aws:ecr:${region}:${accountId}:repository/${repositoryName}`;
        return { repository: { registryId: accountId, repositoryName, repositoryArn } };
      },
    },
    PutImage: {
      authorize: guard('PutImage'),
      async handle({ repositoryName, imageManifest, imageManifestMediaType, imageTag }: Push, { region }) {
        check(region, repositoryName);
        const digest = `sha256:${createHash('sha256').update(imageManifest).digest('hex')}`;
        const now = clock.now();
        const image: Image = {
          ...{ region, repository: repositoryName, digest, manifest: imageManifest, pushedAt: now, availableAt: now },
          mediaType: imageManifestMediaType ?? ociManifest,
          tags: imageTag === undefined ? [] : [imageTag],
        };
        table.put(image);
        for (const destination of table.destinationsOf(region, repositoryName)) {
          table.putRepository(destination, repositoryName, now);
          table.put({ ...image, region: destination, availableAt: now + replicationMilliseconds });
        }
        await store.flush();
        return { image: describe(image) };
      },
    },
    BatchGetImage: {
      authorize: guard('BatchGetImage'),
      handle({ repositoryName, imageIds }: Named & { readonly imageIds: readonly ImageId[] }, { region }) {
        const { images, failures } = split(region, repositoryName, imageIds);
        return { images: images.map(describe), failures };
      },
    },
    BatchDeleteImage: {
      authorize: guard('BatchDeleteImage'),
      async handle({ repositoryName, imageIds }: Named & { readonly imageIds: readonly ImageId[] }, { region }) {
        const { images, failures } = split(region, repositoryName, imageIds);
        for (const image of images) table.remove(image);
        await store.flush();
        return { imageIds: images.map(({ digest }) => ({ imageDigest: digest })), failures };
      },
    },
    GetAuthorizationToken: {
      authorize: () => [{ action: 'ecr:GetAuthorizationToken', resource: '*' }],
      handle(_: object, { region }) {
        const password = randomBytes(48).toString('base64url');
        return {
          authorizationData: [
            {
              authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
              expiresAt: new Date(clock.now() + tokenMilliseconds),
              proxyEndpoint: `https://${accountId}.dkr.ecr.${region}.amazonaws.com`,
            },
          ],
        };
      },
    },
  };
}
