// Sets images in a kustomization file and leaves everything else in it, also comments and order, as people wrote it.
import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { AppError } from '../app-error.ts';

export interface ImageChange {
  /** Image repository without tag or digest. */
  readonly image: string;
  /** `sha256:…` */
  readonly digest: string;
  /** The version, for those who read the file; kustomize uses the digest. */
  readonly tag: string;
}

/**
 * Returns the text with each image's entry set to its digest; the same text when it says so already.
 * @throws AppError `InvalidInputError` when the text is not a kustomization.
 * @see https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/
 */
export function editKustomization(text: string, changes: readonly ImageChange[]): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) {
    throw new AppError(
      'InvalidInputError',
      `the kustomization is not valid YAML: ${document.errors[0]?.message ?? 'not a map'}`,
    );
  }
  if (!document.has('images')) document.set('images', document.createNode([]));
  const images = document.get('images', true);
  if (!isSeq(images)) throw new AppError('InvalidInputError', 'images of the kustomization must be a list');
  let isChanged = false;
  for (const { image, digest, tag } of changes) {
    const entry = images.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === image);
    if (entry === undefined) {
      images.add(document.createNode({ name: image, newTag: tag, digest }));
      isChanged = true;
    } else if (setScalar(entry, 'newTag', tag) || setScalar(entry, 'digest', digest)) {
      setScalar(entry, 'digest', digest);
      isChanged = true;
    }
  }
  return isChanged ? document.toString({ lineWidth: 0 }) : text;
}

/** The digest that each image stands at now; images that are not pinned are left out. */
export function readDigests(text: string): Record<string, string> {
  const images: unknown = parseDocument(text).get('images');
  const digests: Record<string, string> = {};
  if (!isSeq(images)) return digests;
  for (const item of images.items) {
    if (!isMap(item)) continue;
    const name = item.get('name');
    const digest = item.get('digest');
    if (typeof name === 'string' && typeof digest === 'string') digests[name] = digest;
  }
  return digests;
}

/** Changes a value in place, so that a comment beside it stays. Returns whether it was different. */
function setScalar(entry: YAMLMap, key: string, value: string): boolean {
  const node = entry.get(key, true);
  if (isScalar(node)) {
    if (node.value === value) return false;
    node.value = value;
    return true;
  }
  entry.set(key, value);
  return true;
}
