// What the API server refuses: names, and the rules of built-in objects that people run into.

import { invalid, type StatusCause } from '../api/status-error.ts';
import { isSameJson } from './is-same-json.ts';
import { isJsonObject, type JsonObject, type KubernetesObject } from './kubernetes-object.ts';
import { matchesSelector } from './label-selector.ts';
import type { ResourceType } from './resource-type.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** Throws StatusError 422 naming every problem. `previous` is the stored object on an update. */
export function validateObject(type: ResourceType, object: KubernetesObject, previous?: KubernetesObject): void {
  const causes = [...validateMetadata(type, object), ...(type.custom ? [] : validateSpec(type, object, previous))];
  if (causes.length > 0) throw invalid(type, object.metadata.name, causes);
}

function required(field: string): StatusCause {
  return { reason: 'FieldValueRequired', message: 'Required value', field };
}

function wrong(field: string, value: unknown, why: string): StatusCause {
  const shown =
    typeof value === 'string' || typeof value === 'number' ? JSON.stringify(value) : JSON.stringify(value ?? null);
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown}: ${why}`, field };
}

function validateMetadata(type: ResourceType, object: KubernetesObject): StatusCause[] {
  const { name, labels } = object.metadata;
  const causes: StatusCause[] = [];
  const isRbac = type.group === 'rbac.authorization.k8s.io';
  const strict = type.resource === 'namespaces' || type.resource === 'services';
  if (isRbac) {
    if (/[/%]/.test(name)) causes.push(wrong('metadata.name', name, "may not contain '/' or '%'"));
  } else if (strict ? !label.test(name) || name.length > 63 : !subdomain.test(name) || name.length > 253)
    causes.push(
      wrong(
        'metadata.name',
        name,
        strict
          ? "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
          : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
      ),
    );
  for (const value of Object.values(labels ?? {}))
    if (typeof value !== 'string' || value.length > 63 || !labelValue.test(value))
      causes.push(
        wrong(
          'metadata.labels',
          value,
          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
      );
  return causes;
}

function validateSpec(type: ResourceType, object: KubernetesObject, previous?: KubernetesObject): StatusCause[] {
  const spec = isJsonObject(object.spec) ? object.spec : {};
  const oldSpec = isJsonObject(previous?.spec) ? previous.spec : undefined;
  if (type.group === 'apps' && type.resource !== 'daemonsets') return validateWorkload(spec, oldSpec);
  if (type.resource === 'jobs') return validateJob(spec, oldSpec);
  if (type.resource === 'pods') return validateContainers(spec, 'spec');
  if (
    type.resource === 'services' &&
    spec.type !== 'ExternalName' &&
    !Array.isArray(spec.ports) &&
    spec.clusterIP !== 'None'
  )
    return [required('spec.ports')];
  if ((type.resource === 'configmaps' || type.resource === 'secrets') && previous?.immutable === true) {
    if (!isSameJson(previous.data, object.data))
      return [
        {
          reason: 'FieldValueForbidden',
          message: 'Forbidden: field is immutable when `immutable` is set',
          field: 'data',
        },
      ];
  }
  return [];
}

function validateWorkload(spec: JsonObject, oldSpec: JsonObject | undefined): StatusCause[] {
  const causes: StatusCause[] = [];
  const template = isJsonObject(spec.template) ? spec.template : {};
  const metadata = isJsonObject(template.metadata) ? template.metadata : {};
  if (!isJsonObject(spec.selector)) causes.push(required('spec.selector'));
  else if (!matchesSelector(spec.selector, metadata.labels as Record<string, string> | undefined))
    causes.push(wrong('spec.template.metadata.labels', metadata.labels, '`selector` does not match template `labels`'));
  if (oldSpec && !isSameJson(oldSpec.selector, spec.selector))
    causes.push(wrong('spec.selector', spec.selector, 'field is immutable'));
  if (typeof spec.replicas !== 'number' || !Number.isInteger(spec.replicas) || spec.replicas < 0)
    causes.push(wrong('spec.replicas', spec.replicas, 'must be greater than or equal to 0'));
  return [...causes, ...validateContainers(isJsonObject(template.spec) ? template.spec : {}, 'spec.template.spec')];
}

function validateJob(spec: JsonObject, oldSpec: JsonObject | undefined): StatusCause[] {
  const template = isJsonObject(spec.template) && isJsonObject(spec.template.spec) ? spec.template.spec : {};
  const causes = validateContainers(template, 'spec.template.spec');
  if (template.restartPolicy !== 'Never' && template.restartPolicy !== 'OnFailure')
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(template.restartPolicy ?? '')}: supported values: "OnFailure", "Never"`,
      field: 'spec.template.spec.restartPolicy',
    });
  if (oldSpec && !isSameJson(oldSpec.template, spec.template))
    causes.push(wrong('spec.template', '…', 'field is immutable'));
  return causes;
}

function validateContainers(spec: JsonObject, path: string): StatusCause[] {
  if (!Array.isArray(spec.containers) || spec.containers.length === 0) return [required(`${path}.containers`)];
  return spec.containers.flatMap((container, index) => {
    const fields = isJsonObject(container) ? container : {};
    return [
      ...(typeof fields.name === 'string' && fields.name !== '' ? [] : [required(`${path}.containers[${index}].name`)]),
      ...(typeof fields.image === 'string' && fields.image !== ''
        ? []
        : [required(`${path}.containers[${index}].image`)]),
    ];
  });
}
