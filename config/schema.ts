// The shape of the one configuration file: what another team changes instead of our code.
import { z } from 'zod';

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
    'must be 2-40 lower-case letters, digits and dashes, beginning with a letter',
  );
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1');
const httpsUrl = z.url({ protocol: /^https$/, error: 'must be an https:// address' });
const path = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+$/, 'must be a relative path without ".."');
const urlPath = z.string().regex(/^\/[^\s]*$/, 'must be a path that begins with "/"');
const minutes = (maximum: number) => z.int().min(1).max(maximum);
const days = (maximum: number) => z.int().min(1).max(maximum);
/** Six fields, exactly one of day-of-month and day-of-week being "?". @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
const scheduleExpression = z
  .string()
  .regex(
    /^(cron\((\S+ ){5}\S+\)|rate\(\d+ (minute|minutes|hour|hours|day|days)\))$/,
    'must be cron(m h dom mon dow year) or rate(n unit)',
  );
const gitHubLogin = z.string().regex(/^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/, 'must be a GitHub user or organisation');
const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin');

function isTimeZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

/** The days for which CloudWatch Logs can keep a log group. */
const logRetentionDays = z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653]);

/** A request against a service after it was deployed; the release counts only when every one answers as told. */
const smokeTestSchema = z.strictObject({
  name,
  path: urlPath,
  expectedStatus: z.int().min(100).max(599).default(200),
  /** Text that the body must contain. */
  expectedBody: z.string().optional(),
  maximumLatencyMilliseconds: z.int().min(1).max(30_000).default(2_000),
});

const serviceSchema = z.strictObject({
  /** Image repository without tag or digest, as the overlay's `images` entry names it. */
  image: z
    .string()
    .regex(/^[a-z0-9.:-]+(\/[a-z0-9._-]+)+$/, 'must be an image repository without tag, such as ghcr.io/owner/name'),
  /** The GitHub repository (of `github.repositories`) that builds it. */
  repository: z.string(),
  /** Globs within that repository: a push that touches one of them releases the service. */
  paths: z.array(path).min(1),
  /** Kubernetes Deployment and Service; the service's own name unless told otherwise. */
  deployment: name.optional(),
  /** Namespace by environment where it is not the environment's own. */
  namespace: z.record(z.string(), name).optional(),
  port: z.int().min(1).max(65_535),
  healthPath: urlPath,
  smokeTests: z.array(smokeTestSchema).default([]),
  slo: z.strictObject({
    /** Percent of requests that must succeed. */
    successRatePercent: z.number().min(50).max(100),
    p95LatencyMilliseconds: z.int().min(1).max(60_000),
  }),
});

/** Names of the gates that an environment may ask for; each one is a pure decision in `core/`. */
export const gateNames = ['build-succeeded', 'image-available', 'not-quarantined', 'newest-desired'] as const;

const environmentSchema = z.strictObject({
  namespace: name,
  /** EKS cluster name. */
  cluster: name,
  argoApplication: name,
  /** Namespace in which Argo CD keeps its Applications. */
  argoNamespace: name.default('argocd'),
  /** Folder of the kustomize overlay in the GitOps repository. */
  overlayPath: path,
  /** The branch whose pushes are promoted here. Absent: by a release or by a person only. */
  branch: z.string().min(1).optional(),
  /** Whether a published GitHub release promotes here. */
  promoteOnRelease: z.boolean().default(false),
  strategy: z.literal('rolling'),
  gates: z.array(z.enum(gateNames)).default([...gateNames]),
  /** GitHub logins that may promote here by hand and approve what others ask for. Empty: anyone who may start the workflow. */
  approvers: z.array(gitHubLogin).default([]),
  /** When an alert may take a release back without asking. */
  automaticRollback: z.strictObject({
    enabled: z.boolean(),
    /** An alert that starts this long after a deployment ended is still blamed on it. */
    bakeMinutes: minutes(1440).default(30),
    maximumPerServicePerDay: z.int().min(0).max(20).default(2),
    /** How long the alert may go on after the rollback before people are told that it did not help. */
    alertResolveMinutes: minutes(240).default(15),
  }),
  /** How long the workflow waits for the build of a pushed commit. */
  buildTimeoutMinutes: minutes(720).default(60),
  /** How long Argo CD and the rollout may take, from commit to healthy. */
  rolloutTimeoutMinutes: minutes(240).default(15),
  /** How long the logs of what runs for this environment are kept. */
  logRetentionDays,
});

/** Who issues certificates, and what their chains must lead to. */
const issuerSchema = z.strictObject({
  /** `public`: the authorities that browsers trust. `secret`: the `ca.crt` that cert-manager keeps beside the certificate. */
  trust: z.enum(['public', 'secret']),
  /** PEM of authorities that are trusted as well. */
  certificateAuthority: z.string().startsWith('-----BEGIN CERTIFICATE-----', 'must be PEM').optional(),
});

/** A name that serves a certificate: only these are ever connected to. */
const certificateEndpointSchema = z.strictObject({
  /** DNS name or IP address; what the certificate must be valid for. */
  host: z
    .string()
    .regex(
      /^([a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f:.]+)$/,
      'must be a DNS name in lower case or an IP address',
    ),
  port: z.int().min(1).max(65_535).default(443),
  /** What is said before the handshake: nothing, or STARTTLS as PostgreSQL or SMTP do it. */
  protocol: z.enum(['tls', 'postgres', 'smtp']).default('tls'),
  environment: z.string(),
  /** Who is told in the report. */
  owner: z.string().min(1).max(80),
  /** One of `certificates.issuers`. */
  issuer: z.string(),
  /** cert-manager's Certificate in the environment's cluster; absent when nothing there renews it. */
  certificate: z.strictObject({ name, namespace: name.optional(), secret: name.optional() }).optional(),
  /** Networks that are not public in which the name may lie. Every other private, loopback or link-local address is refused. */
  allowedNetworks: z.array(z.union([z.cidrv4(), z.cidrv6()], 'must be a network such as 10.20.0.0/16')).default([]),
  allowSelfSigned: z.boolean().default(false),
});

/** Certificates that are checked every day against what is really served. */
const certificatesSchema = z.strictObject({
  /** Reported when so many days are left, or a third of the lifetime where that is less. */
  warningDays: days(365).default(30),
  /** Reported again when so many days are left, or a twelfth of the lifetime where that is less. */
  criticalDays: days(365).default(7),
  /** The share of its lifetime by which a certificate of cert-manager must have been renewed; it renews at two thirds by itself. */
  renewalOverdueShare: z.number().gt(0.5).lt(1).default(0.75),
  /** How many batches of names are checked at the same time. */
  concurrency: z.int().min(1).max(40).default(8),
  issuers: z.record(name, issuerSchema).default({}),
  endpoints: z.record(name, certificateEndpointSchema).default({}),
});

const channel = z.string().regex(/^#[a-z0-9_-]{1,79}$/, 'must be a Slack channel such as #deployments');

const scheduleSchema = z.strictObject({ expression: scheduleExpression, timeZone: timeZone.default('UTC') });

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
      url: httpsUrl,
      /** The tag that the build gives to a commit's images; `{sha}` is the full commit id, `{shortSha}` its first 7 characters. */
      tagTemplate: z.string().regex(/^[\w.-]*\{(sha|shortSha)\}[\w.-]*$/, 'must contain {sha} or {shortSha}'),
    }),
    services: z
      .record(name, serviceSchema)
      .refine((services) => Object.keys(services).length > 0, 'must name at least one service'),
    /** In the order in which a release travels. */
    environments: z
      .record(name, environmentSchema)
      .refine((all) => Object.keys(all).length > 0, 'must name at least one environment'),
    /** Of all services and environments together: beyond it something else is wrong than a release, and people decide. */
    automaticRollback: z
      .strictObject({ maximumInAllPerHour: z.int().min(0).max(100).default(5) })
      .default({ maximumInAllPerHour: 5 }),
    notifications: z.strictObject({
      slack: z.strictObject({
        apiUrl: httpsUrl.default('https://slack.com/api'),
        defaultChannel: channel,
        /** Channel by environment where it is not the default one. */
        channels: z.record(z.string(), channel).default({}),
      }),
      /** Mail address that alarms go to. */
      alarmEmail: z.email(),
    }),
    certificates: certificatesSchema.default(certificatesSchema.parse({})),
    schedules: z.strictObject({ redeliverFailedWebhooks: scheduleSchema, checkCertificates: scheduleSchema }),
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
    for (const [service, { repository, namespace }] of Object.entries(configuration.services)) {
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
    const { issuers, endpoints, warningDays, criticalDays } = configuration.certificates;
    if (criticalDays >= warningDays)
      refuse(['certificates', 'criticalDays'], `must be less than warningDays (${warningDays})`);
    for (const [endpoint, { environment, issuer, certificate }] of Object.entries(endpoints)) {
      const at = ['certificates', 'endpoints', endpoint];
      if (!environments.includes(environment))
        refuse([...at, 'environment'], `must be one of ${environments.join(', ')}`);
      if (!Object.hasOwn(issuers, issuer))
        refuse([...at, 'issuer'], `must be one of certificates.issuers (${Object.keys(issuers).join(', ') || 'none'})`);
      else if (issuers[issuer]?.trust === 'secret' && certificate === undefined)
        refuse([...at, 'certificate'], `is required: ${issuer} is trusted by what stands in the certificate's Secret`);
    }
    if (configuration.aws.primaryRegion === configuration.aws.recoveryRegion) {
      refuse(['aws', 'recoveryRegion'], 'must differ from aws.primaryRegion: a region cannot recover itself');
    }
  });

/** A valid configuration, every default filled in. */
export type Configuration = z.output<typeof configurationSchema>;
export type ServiceConfiguration = Configuration['services'][string];
export type EnvironmentConfiguration = Configuration['environments'][string];
export type CertificatesConfiguration = Configuration['certificates'];
export type CertificateEndpoint = CertificatesConfiguration['endpoints'][string];
export type SmokeTest = z.output<typeof smokeTestSchema>;
export type GateName = (typeof gateNames)[number];
