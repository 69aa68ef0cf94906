// The shipped databases say what the configuration says: names, buckets, and an archive that the agent can read.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../../config/load-configuration.ts';
import { backupBucketName } from '../../contracts/backup-places.ts';
import { archivesPrefix } from '../../contracts/point-in-time.ts';
import { agentCommands } from '../../contracts/workflows/agent-jobs.ts';
import { renderSource } from '../../local/world/kubernetes/argocd/render-source.ts';

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly podSelector?: { readonly matchExpressions?: readonly { readonly values: readonly string[] }[] };
  };
}

const configuration = loadConfiguration('config/pyairtable.yaml');
const files = new Map(
  globSync('databases/**/*.yaml', { cwd: 'gitops' }).map((file) => [file, readFileSync(`gitops/${file}`, 'utf8')]),
);

describe.each(Object.entries(configuration.environments))('the database of %s', (environment, { namespace }) => {
  const objects = renderSource(files, { repoURL: '', path: `databases/${environment}` })
    .objects as unknown as Rendered[];
  const find = (kind: string): Rendered => {
    const found = objects.find((object) => object.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  };
  const server = configuration.databases.pyairtable?.environments[environment]?.archive?.server;

  it('is called as its archive, and archives into the bucket of the environment', () => {
    expect(find('Cluster').metadata).toMatchObject({ name: server, namespace });
    expect(find('ObjectStore').spec.configuration).toMatchObject({
      destinationPath: `s3://${backupBucketName(configuration.application, environment)}/${archivesPrefix}`,
      s3Credentials: { inheritFromIAMRole: true },
      wal: { compression: 'gzip' },
      data: { compression: 'gzip' },
    });
    expect(find('Cluster').spec.plugins).toEqual([
      expect.objectContaining({
        isWALArchiver: true,
        parameters: { barmanObjectName: find('ObjectStore').metadata.name },
      }),
    ]);
  });

  it('leaves deleting to the lifecycle, and takes a base backup every day', () => {
    expect(find('ObjectStore').spec.retentionPolicy).toBeUndefined();
    expect(find('ScheduledBackup').spec).toMatchObject({
      schedule: expect.stringMatching(/^0 \d+ \d+ \* \* \*$/),
      cluster: { name: server },
    });
  });

  it('lets a proof reach no database, and nobody the agent', () => {
    const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy');
    const selected = policies.flatMap(({ spec }) =>
      (spec.podSelector?.matchExpressions ?? []).flatMap(({ values }) => values),
    );
    expect(selected.toSorted()).toEqual(agentCommands.filter((command) => command !== 'verify').toSorted());
    expect(policies[0]?.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'], ingress: [] });
    expect(find('ServiceAccount').metadata.name).toBe(configuration.backups.serviceAccount);
  });
});
