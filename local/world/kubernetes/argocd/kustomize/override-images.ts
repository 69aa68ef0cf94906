// The `images` of a kustomization: new names, tags and digests for containers.
import { isJsonObject, type JsonObject } from '../../resources/kubernetes-object.ts';

export interface ImageOverride {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string | number;
  readonly digest?: string;
}

/** `name=newName:tag`, `name:tag` or `name@digest`, as Argo CD's `source.kustomize.images` writes them. */
export function parseImageOverride(text: string): ImageOverride {
  const equals = text.indexOf('=');
  const image = splitImage(equals === -1 ? text : text.slice(equals + 1));
  const name = equals === -1 ? image.name : text.slice(0, equals);
  return {
    name,
    ...(image.name === name ? {} : { newName: image.name }),
    ...(image.tag ? { newTag: image.tag } : {}),
    ...(image.digest ? { digest: image.digest } : {}),
  };
}

/** Every object with the overrides in its containers, wherever a pod spec stands. */
export function overrideImages(objects: readonly JsonObject[], overrides: readonly ImageOverride[]): JsonObject[] {
  if (overrides.length === 0) return [...objects];
  return objects.map((object) => visit(structuredClone(object), overrides));
}

function visit(object: JsonObject, overrides: readonly ImageOverride[]): JsonObject {
  for (const [field, value] of Object.entries(object)) {
    if ((field === 'containers' || field === 'initContainers') && Array.isArray(value))
      for (const container of value)
        if (isJsonObject(container) && typeof container.image === 'string')
          container.image = override(container.image, overrides);
    if (isJsonObject(value)) visit(value, overrides);
  }
  return object;
}

function override(image: string, overrides: readonly ImageOverride[]): string {
  return overrides.reduce((current, { name, newName, newTag, digest }) => {
    const parts = splitImage(current);
    if (parts.name !== name) return current;
    const base = newName ?? parts.name;
    if (digest !== undefined) return `${base}${newTag === undefined ? '' : `:${newTag}`}@${digest}`;
    if (newTag !== undefined) return `${base}:${newTag}`;
    return `${base}${parts.tag ? `:${parts.tag}` : ''}${parts.digest ? `@${parts.digest}` : ''}`;
  }, image);
}

function splitImage(image: string): { name: string; tag?: string; digest?: string } {
  const [reference = '', digest] = image.split('@');
  const tag = /:([^/:]+)$/.exec(reference)?.[1];
  return {
    name: tag ? reference.slice(0, -tag.length - 1) : reference,
    ...(tag ? { tag } : {}),
    ...(digest ? { digest } : {}),
  };
}
