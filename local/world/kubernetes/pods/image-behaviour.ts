// How a simulated container behaves: told by its image's tag, so that bad releases exist.
//
// A tag that contains   makes the container
//   `pull-error`        never start: ErrImagePull, then ImagePullBackOff
//   `crash`             exit with code 1 a second after each start: CrashLoopBackOff
//   `unready`           run, but never become ready
//   `slow`              take 30 s to start, and 1.5 s for each answer
//   `slow-start`        take 2 min to start, and answer at once
//   `stale`             go on with the certificate that it loaded when it started, whatever its Secret holds later
//   `errors`            be ready, and answer everything but its health path with 500 (`errors-30`: 30 % of it)
//   anything else       start within a second and answer at once

export interface ImageBehaviour {
  readonly startSeconds: number;
  readonly pullError: boolean;
  readonly crashLoop: boolean;
  readonly failReadiness: boolean;
  /** Share of requests answered with 500, 0 to 1; spread evenly, not drawn by chance. */
  readonly errorRate: number;
  readonly latencyMilliseconds: number;
  /** Whether a certificate that is mounted from a Secret is loaded again when it changes. */
  readonly reloadsCertificates: boolean;
}

export interface ImageDescription {
  readonly tag?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** False when the registry that should have it does not: it cannot be pulled. */
  readonly exists?: boolean;
}

/** What the registry knows of an image; undefined for an image of a registry that is not simulated. */
export type DescribeImage = (image: string) => ImageDescription | undefined;

const healthy: ImageBehaviour = {
  startSeconds: 1,
  pullError: false,
  crashLoop: false,
  failReadiness: false,
  errorRate: 0,
  latencyMilliseconds: 0,
  reloadsCertificates: true,
};

/** The behaviour of an image; `registered` overrides what the tag says. */
export function decideBehaviour(
  image: string,
  description: ImageDescription | undefined,
  registered: Partial<ImageBehaviour> | undefined,
): ImageBehaviour {
  const tag = description?.tag ?? findTag(image) ?? '';
  const errors = /errors(?:-(\d{1,3}))?/.exec(tag);
  const startsSlowly = tag.includes('slow-start');
  const slow = tag.includes('slow') && !startsSlowly;
  return {
    startSeconds: startsSlowly ? 120 : slow ? 30 : healthy.startSeconds,
    pullError: tag.includes('pull-error') || description?.exists === false,
    crashLoop: tag.includes('crash'),
    failReadiness: tag.includes('unready'),
    errorRate: errors ? Math.min(100, Number(errors[1] ?? 100)) / 100 : 0,
    latencyMilliseconds: slow ? 1_500 : 0,
    reloadsCertificates: !tag.includes('stale'),
    ...registered,
  };
}

/** The tag of an image reference; undefined when it has none (or only a digest). */
export function findTag(image: string): string | undefined {
  const [name = ''] = image.split('@');
  return /:([^/:]+)$/.exec(name)?.[1];
}
