// The shape of the one configuration file: what another team changes instead of our code.
import { z } from 'zod';
import { apiSchema, findApiProblems } from './api-schema.ts';
import { approvalsSchema, findPolicyProblem } from './approvals-schema.ts';
import { backupsSchema, databasesSchema } from './backups-schema.ts';
import { certificatesSchema, findCertificateProblems } from './certificates-schema.ts';
import { checkEcr } from './check-ecr.ts';
import { configurationBackupsSchema } from './configuration-backups-schema.ts';
import { environmentSchema } from './environment-schema.ts';
import { freezesSchema } from './freezes-schema.ts';
import { notificationsSchema } from './notifications-schema.ts';
import { recoverySchema } from './recovery-schema.ts';
import { findReplicaProblems } from './replicas-schema.ts';
import { schedulesSchema } from './schedules-schema.ts';
import { schemaLabelsSchema } from './schema-labels-schema.ts';
import { serviceSchema } from './service-schema.ts';
import { findSnapshotProblems } from './snapshots-schema.ts';
import { days, gitHubLogin, httpsUrl, logRetentionDays, name, region } from './values.ts';

export const configurationSchema = z
  .strictObject({
    /** Prefix of every physical name. */
    application: name,
    aws: z.strictObject({ primaryRegion: region, recoveryRegion: region }),
    github: z.strictObject({
      apiUrl: httpsUrl.default('https://api.github.com'),
      owner: gitHubLogin,
      /** Repositories whose webhooks we receive. */
      repositories: z.array(z.string().regex(/^[\w.-]{1,100}$/)).min(1),
      gitops: z.strictObject({
        repository: z.string().regex(/^[\w.-]{1,100}$/),
        branch: z.string().min(1).default('main'),
      }),
      /** Name of the workflow whose conclusion says that a commit's images exist. */
      buildWorkflow: z.string().min(1),
    }),
    registry: z.strictObject({
      /** `ecr`: Amazon ECR of the primary region. It is entered by the functions' roles, and its replica in the recovery region is looked after. */
      kind: z.enum(['oci', 'ecr']).default('oci'),
      /** Of `ecr`: our stack sets the registry's replication to the recovery region, for the repositories of the services. A registry has one such setting in all. */
      setsReplication: z.boolean().default(false),
      url: httpsUrl,
      /** The tag that the build gives to a commit's images; `{sha}` is the full commit id, `{shortSha}` its first 7 characters. */
      tagTemplate: z.string().regex(/^[\w.-]*\{(sha|shortSha)\}[\w.-]*$/, 'must contain {sha} or {shortSha}'),
      /** The public key (PEM) of the key pair that cosign signs images with. Absent: signatures are not asked for. */
      signing: z
        .strictObject({ publicKey: z.string().startsWith('-----BEGIN PUBLIC KEY-----', 'must be PEM') })
        .optional(),
      /** Absent: nobody is asked whether migrations are compatible. */
      schemaLabels: schemaLabelsSchema.optional(),
    }),
    services: z
      .record(name, serviceSchema)
      .refine((services) => Object.keys(services).length > 0, 'must name at least one service'),
    /** In the order in which a release travels. */
    environments: z
      .record(name, environmentSchema)
      .refine((all) => Object.keys(all).length > 0, 'must name at least one environment'),
    /** Times in which nothing moves forward; what goes back is never held up. */
    freezes: freezesSchema.default([]),
    /** Where senders reach us. */
    api: apiSchema.default({}),
    /** Who is asked before something happens. */
    approvals: approvalsSchema.default(approvalsSchema.parse({})),
    /** Of all services and environments together: beyond it something else is wrong than a release, and people decide. */
    automaticRollback: z
      .strictObject({ maximumInAllPerHour: z.int().min(0).max(100).default(5) })
      .default({ maximumInAllPerHour: 5 }),
    notifications: notificationsSchema,
    certificates: certificatesSchema.default(certificatesSchema.parse({})),
    databases: databasesSchema.default({}),
    recovery: recoverySchema.default(recoverySchema.parse({})),
    configurationBackups: configurationBackupsSchema.default(configurationBackupsSchema.parse({})),
    backups: backupsSchema.default(backupsSchema.parse({})),
    schedules: schedulesSchema,
    retention: z.strictObject({
      /** How long a webhook delivery cannot be replayed. GitHub can redeliver for three days. */
      claimDays: days(90).default(14),
      /** How long the event index answers `automation explain`. */
      eventDays: days(3650).default(90),
      /** How long the bus archive can replay. */
      archiveDays: days(3650).default(90),
    }),
    /** Log groups of the automation itself. */
    logRetentionDays: logRetentionDays.default(90),
  })
  .superRefine((configuration, context) => {
    const refuse = (path: PropertyKey[], message: string): void => context.addIssue({ code: 'custom', path, message });
    const { repositories } = configuration.github;
    const environments = Object.keys(configuration.environments);
    for (const [service, { repository, namespace, migrations }] of Object.entries(configuration.services)) {
      if (migrations !== undefined && configuration.databases[migrations.database] === undefined) {
        const known = Object.keys(configuration.databases).join(', ') || 'none';
        refuse(['services', service, 'migrations', 'database'], `must be one of databases (${known})`);
      }
      if (!repositories.includes(repository)) {
        refuse(
          ['services', service, 'repository'],
          `must be one of github.repositories (${repositories.join(', ')}), got ${repository}`,
        );
      }
      for (const environment of Object.keys(namespace ?? {}).filter((key) => !environments.includes(key))) {
        refuse(['services', service, 'namespace', environment], `must be one of ${environments.join(', ')}`);
      }
    }
    const branches = new Map<string, string>();
    for (const [environment, { branch }] of Object.entries(configuration.environments)) {
      const other = branch === undefined ? undefined : branches.get(branch);
      if (other !== undefined)
        refuse(
          ['environments', environment, 'branch'],
          `${branch} promotes to ${other} already: give each branch one environment`,
        );
      if (branch !== undefined) branches.set(branch, environment);
    }
    const byRelease = Object.entries(configuration.environments).filter(([, { promoteOnRelease }]) => promoteOnRelease);
    for (const [environment] of byRelease.slice(1)) {
      refuse(
        ['environments', environment, 'promoteOnRelease'],
        `releases promote to ${byRelease[0]?.[0]} already: one environment takes them`,
      );
    }
    for (const environment of Object.keys(configuration.notifications.slack.channels).filter(
      (key) => !environments.includes(key),
    )) {
      refuse(['notifications', 'slack', 'channels', environment], `must be one of ${environments.join(', ')}`);
    }
    const names = Object.keys(configuration.environments);
    for (const [environment, { promoteFrom }] of Object.entries(configuration.environments)) {
      const earlier = names.slice(0, names.indexOf(environment));
      if (promoteFrom !== undefined && !earlier.includes(promoteFrom)) {
        const allowed = earlier.join(', ') || 'none: it is the first';
        refuse(['environments', environment, 'promoteFrom'], `must be an environment before it (${allowed})`);
      }
      const other = names.find(
        (each) => each !== environment && configuration.environments[each]?.promoteFrom === promoteFrom,
      );
      if (promoteFrom !== undefined && other !== undefined && names.indexOf(other) < names.indexOf(environment)) {
        refuse(
          ['environments', environment, 'promoteFrom'],
          `${promoteFrom} leads to ${other} already: give it one successor`,
        );
      }
    }
    for (const [index, freeze] of configuration.freezes.entries()) {
      const unknown = (freeze.environments ?? []).filter((each) => !names.includes(each));
      if (unknown.length > 0) refuse(['freezes', index, 'environments'], `must be of ${names.join(', ')}`);
      const foreign = (freeze.services ?? []).filter((each) => !Object.hasOwn(configuration.services, each));
      if (foreign.length > 0)
        refuse(['freezes', index, 'services'], `must be configured services, got ${foreign.join(', ')}`);
    }
    const policies = [
      ...Object.entries(configuration.environments).map(
        ([environment, { approval }]) => [['environments', environment, 'approval'], approval] as const,
      ),
      ...Object.entries(configuration.approvals.policies).map(
        ([kind, policy]) => [['approvals', 'policies', kind], policy] as const,
      ),
    ];
    if ((configuration.approvals.policies.override?.quorum ?? 2) < 2) {
      refuse(['approvals', 'policies', 'override', 'quorum'], 'must be at least 2: one person never overrules a gate');
    }
    for (const [at, policy] of policies) {
      const problem = policy === undefined ? undefined : findPolicyProblem(configuration.approvals, policy);
      if (problem !== undefined) refuse([...at, problem.key], problem.words);
    }
    for (const [index, route] of configuration.notifications.routes.entries()) {
      for (const [place, environment] of (route.environments ?? []).entries()) {
        if (!environments.includes(environment))
          refuse(
            ['notifications', 'routes', index, 'environments', place],
            `must be one of ${environments.join(', ')}, got ${environment}`,
          );
      }
    }
    for (const [database, { environments: chosen }] of Object.entries(configuration.databases)) {
      for (const environment of Object.keys(chosen).filter((key) => !environments.includes(key)))
        refuse(['databases', database, 'environments', environment], `must be one of ${environments.join(', ')}`);
    }
    for (const [environment, { cluster }] of Object.entries(configuration.recovery.environments)) {
      const at = ['recovery', 'environments', environment];
      if (!environments.includes(environment)) refuse(at, `must be one of ${environments.join(', ')}`);
      if (Object.values(configuration.environments).some((other) => other.cluster === cluster))
        refuse([...at, 'cluster'], `must be a cluster of the recovery region, ${cluster} is one of the primary region`);
      if (configuration.approvals.policies['fail-over'] === undefined)
        refuse(
          ['approvals', 'policies', 'fail-over'],
          `must say who agrees to a fail-over: recovery.environments names ${environment}`,
        );
    }
    for (const { path, message } of findCertificateProblems(configuration.certificates, environments))
      refuse(path, message);
    for (const { path, message } of [...findSnapshotProblems(configuration), ...findReplicaProblems(configuration)])
      refuse(path, message);
    checkEcr(configuration, refuse);
    if (configuration.aws.primaryRegion === configuration.aws.recoveryRegion) {
      refuse(['aws', 'recoveryRegion'], 'must differ from aws.primaryRegion: a region cannot recover itself');
    } else {
      for (const { path, message } of findApiProblems(configuration.api, configuration.aws)) refuse(path, message);
    }
  });

/** A valid configuration, every default filled in. */
export type Configuration = z.output<typeof configurationSchema>;
export type ServiceConfiguration = Configuration['services'][string];
export type EnvironmentConfiguration = Configuration['environments'][string];
export type BackupsConfiguration = Configuration['backups'];
export type DatabaseConfiguration = Configuration['databases'][string];
