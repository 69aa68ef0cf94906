// The least of OpenAPI that kubectl needs: where dry runs and field validation are supported, and that kinds exist.
import { formatApiVersion, type ResourceType } from '../resources/resource-type.ts';
import type { TypeRegistry } from '../resources/type-registry.ts';

const queryParameter = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
const patchParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map(queryParameter);

/** `/openapi/v3`: one document per group version. */
export function buildOpenApiIndex(types: TypeRegistry): object {
  const paths = new Set(
    types.all().flatMap((type) => type.servedVersions.map((version) => groupVersionPath(type.group, version))),
  );
  return {
    paths: Object.fromEntries([...paths].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=1` }])),
  };
}

/** `/openapi/v3/<api/v1 | apis/group/version>`; undefined when nothing of that version is served. */
export function findOpenApiDocument(types: TypeRegistry, path: string): object | undefined {
  const served = types
    .all()
    .flatMap((type) => type.servedVersions.map((version) => ({ type, version })))
    .filter(({ type, version }) => groupVersionPath(type.group, version) === path);
  if (served.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.31.0' },
    paths: Object.fromEntries(
      served.map(({ type, version }) => [objectPath(type, version), describePath(type, version)]),
    ),
    components: {
      schemas: Object.fromEntries(
        served.map(({ type, version }) => [
          `${type.group === '' ? 'core' : type.group}.${version}.${type.kind}`,
          {
            type: 'object',
            ...(type.schemas?.[version] as object | undefined),
            'x-kubernetes-group-version-kind': [{ group: type.group, version, kind: type.kind }],
          },
        ]),
      ),
    },
  };
}

function groupVersionPath(group: string, version: string): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

function objectPath(type: ResourceType, version: string): string {
  const scope = type.namespaced ? '/namespaces/{namespace}' : '';
  return `/${type.group === '' ? 'api' : 'apis'}/${formatApiVersion(type.group, version)}${scope}/${type.resource}/{name}`;
}

function describePath(type: ResourceType, version: string): object {
  const identity = { group: type.group, version, kind: type.kind };
  const operation = (action: string) => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': identity,
    parameters: patchParameters,
    responses: { '200': { description: 'OK' } },
  });
  return { patch: operation('patch'), put: operation('put'), delete: operation('delete') };
}
