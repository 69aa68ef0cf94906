// The defaults the API server writes into built-in objects; they are what `apply` must not mistake for a difference.
import { randomBytes } from 'node:crypto';
import { isJsonObject, type JsonObject } from './kubernetes-object.ts';
import type { ResourceType } from './resource-type.ts';

/** Fills in what the writer left out. Changes `object`. */
export function setDefaults(type: ResourceType, object: JsonObject): void {
  // Clients send `creationTimestamp: null` and the like; typed objects do not keep nulls.
  if (!type.custom) dropNulls(object);
  const spec = isJsonObject(object.spec) ? object.spec : undefined;
  if (type.group === '' && type.resource === 'secrets') setSecretDefaults(object);
  if (type.group === '' && type.resource === 'namespaces')
    object.spec = { finalizers: ['kubernetes'], ...(spec ?? {}) };
  if (!spec || type.custom) return;
  if (type.group === '' && type.resource === 'pods') setPodDefaults(spec);
  if (type.group === '' && type.resource === 'services') setServiceDefaults(spec);
  if (type.group === '' && type.resource === 'persistentvolumeclaims') fill(spec, { volumeMode: 'Filesystem' });
  if (type.group === 'apps') setWorkloadDefaults(type.resource, spec);
  if (type.group === 'batch' && type.resource === 'jobs') setJobDefaults(object, spec);
  if (type.group === 'batch' && type.resource === 'cronjobs') setCronJobDefaults(spec);
}

function dropNulls(value: JsonObject | unknown[]): void {
  for (const [key, inner] of Object.entries(value)) {
    if (inner === null && !Array.isArray(value)) delete value[key];
    else if (typeof inner === 'object' && inner !== null) dropNulls(inner as JsonObject);
  }
}

function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [field, value] of Object.entries(defaults)) target[field] ??= value;
}

function setSecretDefaults(secret: JsonObject): void {
  fill(secret, { type: 'Opaque' });
  if (!isJsonObject(secret.stringData)) return;
  const encoded = Object.entries(secret.stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  secret.data = { ...(isJsonObject(secret.data) ? secret.data : {}), ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

function setWorkloadDefaults(resource: string, spec: JsonObject): void {
  if (resource !== 'daemonsets') fill(spec, { replicas: 1 });
  if (resource === 'deployments') {
    fill(spec, { progressDeadlineSeconds: 600, revisionHistoryLimit: 10, strategy: { type: 'RollingUpdate' } });
    const strategy = spec.strategy as JsonObject;
    fill(strategy, { type: 'RollingUpdate' });
    if (strategy.type === 'RollingUpdate') {
      fill(strategy, { rollingUpdate: {} });
      fill(strategy.rollingUpdate as JsonObject, { maxUnavailable: '25%', maxSurge: '25%' });
    }
  }
  if (resource === 'statefulsets')
    fill(spec, {
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    });
  setTemplateDefaults(spec.template, 'Always');
}

function setJobDefaults(job: JsonObject, spec: JsonObject): void {
  fill(spec, { parallelism: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, completions: 1 });
  setTemplateDefaults(spec.template, undefined);
  const metadata = isJsonObject(job.metadata) ? job.metadata : {};
  if (spec.selector !== undefined || !isJsonObject(spec.template)) return;
  // A job's pods are told by its uid, so that jobs of the same name do not adopt each other's.
  const template = isJsonObject(spec.template.metadata) ? spec.template.metadata : {};
  const uidLabel = { 'batch.kubernetes.io/controller-uid': metadata.uid };
  const labels = { ...(isJsonObject(template.labels) ? template.labels : {}), ...uidLabel };
  const named = { ...labels, 'batch.kubernetes.io/job-name': metadata.name, 'job-name': metadata.name };
  spec.selector = { matchLabels: uidLabel };
  spec.template.metadata = { ...template, labels: named };
}

function setCronJobDefaults(spec: JsonObject): void {
  fill(spec, {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  });
  const jobSpec = isJsonObject(spec.jobTemplate) ? spec.jobTemplate.spec : undefined;
  if (isJsonObject(jobSpec)) setTemplateDefaults(jobSpec.template, undefined);
}

function setTemplateDefaults(template: unknown, restartPolicy: string | undefined): void {
  if (!isJsonObject(template) || !isJsonObject(template.spec)) return;
  if (restartPolicy) fill(template.spec, { restartPolicy });
  setPodDefaults(template.spec);
}

function setPodDefaults(spec: JsonObject): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
  });
  for (const list of [spec.containers, spec.initContainers])
    for (const container of Array.isArray(list) ? list : [])
      if (isJsonObject(container)) setContainerDefaults(container);
}

function setContainerDefaults(container: JsonObject): void {
  const image = String(container.image ?? '');
  const floating = !image.includes('@') && (/:latest$/.test(image) || !/:[^/]+$/.test(image));
  fill(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: floating ? 'Always' : 'IfNotPresent',
  });
  for (const port of Array.isArray(container.ports) ? container.ports : [])
    if (isJsonObject(port)) fill(port, { protocol: 'TCP' });
  for (const probe of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
    if (!isJsonObject(probe)) continue;
    fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
    if (isJsonObject(probe.httpGet)) fill(probe.httpGet, { path: '/', scheme: 'HTTP' });
  }
}

function setServiceDefaults(spec: JsonObject): void {
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  if (spec.type !== 'ExternalName') {
    const [a = 0, b = 0] = randomBytes(2);
    fill(spec, { clusterIP: `10.96.${a}.${b}` });
    fill(spec, { clusterIPs: [spec.clusterIP], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
    fill(spec, { internalTrafficPolicy: 'Cluster' });
  }
  for (const port of Array.isArray(spec.ports) ? spec.ports : [])
    if (isJsonObject(port)) {
      fill(port, { protocol: 'TCP' });
      fill(port, { targetPort: port.port });
    }
}
