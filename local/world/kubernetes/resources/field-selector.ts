// Field selectors: `metadata.name=web,status.phase!=Running`, for the fields that the type allows.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/
import { findField } from './json-path.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { ResourceType } from './resource-type.ts';

/** Throws TypeError for a malformed selector or a field that the type does not offer. */
export function parseFieldSelector(type: ResourceType, selector: string): (object: KubernetesObject) => boolean {
  const requirements = selector
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const parts = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(text);
      if (!parts) throw new TypeError(`invalid selector: '${text}'; can't understand '${text}'`);
      const [, field = '', operator, value = ''] = parts;
      if (!['metadata.name', 'metadata.namespace', ...type.selectableFields].includes(field))
        throw new TypeError(`field label not supported: ${field}`);
      return { path: field, equal: operator !== '!=', value };
    });
  return (object) =>
    requirements.every(({ path, equal, value }) => (readField(type, object, path) === value) === equal);
}

function readField(type: ResourceType, object: KubernetesObject, path: string): string {
  if (type.resource === 'jobs' && path === 'status.successful')
    return String(findField(object, 'status.succeeded') ?? 0);
  if (type.resource === 'events' && path === 'source') return String(findField(object, 'source.component') ?? '');
  return String(findField(object, path) ?? '');
}
