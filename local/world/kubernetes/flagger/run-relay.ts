// What gitops/platform/flagger-relay.yaml runs in a real cluster: it adds the automation's credential to what Flagger posts.
import { buildEnvironment } from '../pods/build-environment.ts';
import type { ForwardedResponse } from '../pods/pod-access.ts';
import type { PodProgram } from '../pods/service-router.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';

export const relayImage = 'docker.io/nginxinc/nginx-unprivileged';

/** Answers for the relay's pods. */
export function createRelay(registry: ObjectRegistry): PodProgram {
  return async (pod, { method, path, headers, body }): Promise<ForwardedResponse> => {
    const [container] = pod.spec.containers;
    const { AUTOMATION_URL = '', AUTOMATION_TOKEN = '' } = container ? buildEnvironment(registry, pod, container) : {};
    if (path === '/health') return { status: 200, headers: {}, body: Buffer.alloc(0) };
    if (!path.startsWith('/webhooks/flagger/')) return { status: 404, headers: {}, body: Buffer.from('not found') };
    const contentType = headers['content-type'] ?? 'application/json';
    const answer = await fetch(`${AUTOMATION_URL}${path}`, {
      method,
      headers: {
        'content-type': contentType,
        authorization: `Bearer ${AUTOMATION_TOKEN}`,
      },
      body: new Uint8Array(body),
    }).catch(() => undefined);
    if (answer === undefined) return { status: 502, headers: {}, body: Buffer.from('bad gateway') };
    return {
      status: answer.status,
      headers: { 'content-type': answer.headers.get('content-type') ?? 'text/plain' },
      body: Buffer.from(await answer.arrayBuffer()),
    };
  };
}
