// `pods/log`: a container's output so far, and with `follow` what comes.
import type { Pod } from '../resources/workload-types.ts';
import { type ResourceRequest, requireName } from './resource-request.ts';
import { badRequest, methodNotAllowed } from './status-error.ts';

/** Throws StatusError 400 when the container is not named and not the only one, or has not started yet. */
export async function sendPodLog(exchange: ResourceRequest): Promise<void> {
  const { parts, type, target, query, request, response } = exchange;
  if (request.method !== 'GET') throw methodNotAllowed();
  const name = requireName(exchange);
  const namespace = target.namespace ?? '';
  const pod = parts.registry.get<Pod>(type, namespace, name);
  const containers = pod.spec.containers.map((container) => container.name);
  const container = query.get('container') ?? undefined;
  if (container === undefined && containers.length > 1)
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]`);
  if (container !== undefined && !containers.includes(container))
    throw badRequest(`container ${container} is not valid for pod ${name}`);
  const log = await parts.pods.findLog(namespace, name, container, query.get('previous') === 'true');
  if (!log) {
    const waiting = pod.status?.containerStatuses?.[0]?.state.waiting?.reason ?? 'ContainerCreating';
    throw badRequest(`container "${container ?? containers[0]}" in pod "${name}" is waiting to start: ${waiting}`);
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.write(selectLines(log, query.get('tailLines'), query.get('limitBytes')));
  if (query.get('follow') !== 'true') {
    response.end();
    return;
  }
  const stop = parts.pods.followLog(
    namespace,
    name,
    (chunk) => response.write(chunk),
    () => response.end(),
  );
  response.on('close', stop);
}

function selectLines(log: Buffer, tailLines: string | null, limitBytes: string | null): Buffer {
  let selected = log;
  if (tailLines !== null) {
    const lines = log.toString().split(/(?<=\n)/);
    selected = Buffer.from(Number(tailLines) === 0 ? '' : lines.slice(-Number(tailLines)).join(''));
  }
  return limitBytes === null ? selected : selected.subarray(0, Number(limitBytes));
}
