// What a simulated service answers over HTTP: its health, and who it is.

import type { Pod } from '../resources/workload-types.ts';
import { findTag, type ImageBehaviour, type ImageDescription } from './image-behaviour.ts';
import type { ForwardedRequest, ForwardedResponse } from './pod-access.ts';

/** `requestNumber` counts the pod's requests from 1 on: errors are spread evenly over them. */
export function answerRequest(
  pod: Pod,
  request: ForwardedRequest,
  behaviour: ImageBehaviour,
  description: ImageDescription | undefined,
  requestNumber: number,
): ForwardedResponse {
  const container = pod.spec.containers[0];
  const image = container?.image ?? '';
  const service = pod.metadata.labels?.['app.kubernetes.io/name'] ?? pod.metadata.labels?.app ?? container?.name ?? '';
  const version =
    description?.labels?.['org.opencontainers.image.version'] ?? description?.tag ?? findTag(image) ?? image;
  const path = request.path.split('?')[0] ?? '/';
  if (isHealthPath(pod, path)) return json(200, { status: 'ok', service, version });
  const { errorRate } = behaviour;
  const fails = Math.floor(requestNumber * errorRate) > Math.floor((requestNumber - 1) * errorRate);
  if (fails) return json(500, { error: 'internal server error', service, version });
  return json(200, { service, version, image, pod: pod.metadata.name, method: request.method, path });
}

/** Whether a path is one that probes ask for: it answers whatever else fails. */
export function isHealthPath(pod: Pod, path: string): boolean {
  const probed = pod.spec.containers.flatMap((container) => [
    container.readinessProbe?.httpGet?.path,
    container.livenessProbe?.httpGet?.path,
  ]);
  // A probe of `/` does not make the whole service immune to its errors.
  const paths = new Set([
    '/health',
    '/healthz',
    '/ready',
    '/readyz',
    '/livez',
    ...probed.filter((item) => item !== '/'),
  ]);
  return paths.has(path) || /\/health$/.test(path);
}

function json(status: number, body: object): ForwardedResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
}
