// Names of images: `ghcr.io/owner/name:tag@sha256:…` taken apart.

export interface ImageReference {
  /** Without the registry's host: `owner/name`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Reads a reference as container runtimes do; a first part with a dot, a colon or `localhost` is a host. */
export function parseImageReference(image: string): ImageReference {
  const [named = '', digest] = image.split('@');
  const [, path = '', tag] = /^(.*?)(?::([\w][\w.-]*))?$/.exec(named) ?? [];
  const [first = '', ...rest] = path.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return {
    repository: hasHost ? rest.join('/') : path,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}
