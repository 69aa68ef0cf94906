// Makes the world known to AWS as an operator would: addresses as parameters, credentials as secrets, clusters in EKS.
import type { Configuration } from '../../config/schema.ts';
import type { RuntimeContext } from '../runtime/context.ts';
import { AwsError, operatorOf } from '../runtime/service.ts';
import { ClusterRegistry } from '../services/eks/cluster-registry.ts';
import { PodIdentityAssociations } from '../services/eks/pod-identity-associations.ts';
import { absoluteName, HostedZones } from '../services/route53/hosted-zones.ts';
import { listClusterPlaces, regionOfCluster } from './cluster-places.ts';
import { connectRds } from './connect-rds.ts';
import type { User } from './kubernetes/authentication/user.ts';
import type { PodEnvironment, World, WorldCredentials } from './start-world.ts';

/** Idempotent: it runs at every start, since ports and keys can have changed. */
export async function connectWorld(
  context: RuntimeContext,
  configuration: Configuration,
  world: World,
  credentials: WorldCredentials,
): Promise<void> {
  const { application, aws } = configuration;
  const principal = operatorOf(context);
  const call = (service: string, operation: string, input: object, region = aws.primaryRegion) =>
    context.call({ service, operation, input, principal, region });
  // In both regions: each part of the automation reads those of its own.
  const setAddress = async (name: string, Value: string) => {
    const input = { Name: `/${application}/automation/addresses/${name}`, Value, Overwrite: true };
    for (const region of [aws.primaryRegion, aws.recoveryRegion]) await call('ssm', 'PutParameter', input, region);
  };
  const setSecret = (name: string, value: object) =>
    call('secretsmanager', 'PutSecretValue', {
      SecretId: `${application}/automation/${name}`,
      SecretString: JSON.stringify(value),
    });

  await setAddress('github-api-url', world.github.url);
  await setAddress('slack-api-url', world.slack.url);
  await setAddress('pager-duty-api-url', world.pagerDuty.url);
  await setAddress('registry-url', world.registry.url);
  await setSecret('metrics', { current: credentials.metricsToken });
  await setAddress('certificate-authorities', JSON.stringify(await world.certificateAuthorities()));
  const setRoutes = () => setAddress('certificate-endpoints', JSON.stringify(Object.fromEntries(world.servedNames())));
  await setRoutes();
  followServedNames(context, world, setRoutes);
  const { id: appId, installationId, privateKey } = world.github.app;
  await setSecret('github-webhook', { current: credentials.webhookSecret });
  await setSecret('alertmanager', { current: credentials.alertmanagerToken });
  await setSecret('argocd', { current: credentials.argocdToken });
  await setSecret('flagger', { current: credentials.flaggerToken });
  await setSecret('github', { appId: String(appId), installationId: String(installationId), privateKey });
  await setSecret('slack-signing', { current: credentials.slackSigningSecret });
  await setSecret('slack', { token: credentials.slackToken });
  await setSecret('pager-duty', { routingKey: credentials.pagerDutyRoutingKey });
  await setSecret('registry', {});

  const places = listClusterPlaces(configuration);
  const clusters = new ClusterRegistry(context.store);
  for (const [name, { url, certificateAuthorityData }] of world.reachableClusters) {
    clusters.register({
      ...{ name, region: regionOfCluster(places, name), endpoint: url, certificateAuthorityData },
    });
  }
  connectRds(context, configuration);
  await connectDns(context, configuration);
  await context.store.flush();
}

/** The hosted zones that the configuration names, with each name where it leads before anything has moved. */
async function connectDns(context: RuntimeContext, { recovery, aws }: Configuration): Promise<void> {
  const zones = new HostedZones(context.store);
  for (const { dns } of Object.values(recovery.environments)) {
    const { hostedZoneId, ttlSeconds, records } = dns;
    zones.register({ id: hostedZoneId, name: commonDomain(records.map(({ name }) => name)) });
    for (const { name, primary } of records) {
      if (zones.findRecord(hostedZoneId, absoluteName(name), 'CNAME') !== undefined) continue;
      const ResourceRecordSet = { Name: name, Type: 'CNAME', TTL: ttlSeconds, ResourceRecords: [{ Value: primary }] };
      await context.call({
        service: 'route53',
        operation: 'ChangeResourceRecordSets',
        input: { HostedZoneId: hostedZoneId, ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] } },
        principal: operatorOf(context),
        region: aws.primaryRegion,
      });
    }
  }
}

/** The longest end of all names that begins at a dot. */
function commonDomain(names: readonly string[]): string {
  const [first = '', ...others] = names.map((name) => name.split('.').slice(1));
  const labels = [...first];
  while (labels.length > 0 && !others.every((other) => other.join('.').endsWith(labels.join('.')))) labels.shift();
  return labels.join('.');
}

/** As external-dns keeps the names of a real cluster up to date; changes that come together are written once. */
function followServedNames(context: RuntimeContext, world: World, write: () => Promise<unknown>): void {
  let writing = Promise.resolve<unknown>(undefined);
  let isWaiting = false;
  world.onServedNamesChange(() => {
    if (isWaiting) return;
    isWaiting = true;
    writing = writing.then(async () => {
      isWaiting = false;
      await write();
    });
    writing = writing.catch((error: Error) =>
      context.trace.record({
        service: 'world',
        name: 'served-names-unwritten',
        subject: 'certificate-endpoints',
        details: { message: error.message },
      }),
    );
    void context.clock.work(writing);
  });
}

/** What EKS access entries say about a role, for the clusters' authenticators. */
export function readAccessEntries(
  context: RuntimeContext,
  configuration: Configuration,
): (cluster: string, principalArn: string) => Promise<User | undefined> {
  const places = listClusterPlaces(configuration);
  return async (clusterName, principalArn) => {
    const region = regionOfCluster(places, clusterName);
    try {
      const { accessEntry } = await context.call<{
        accessEntry: { username: string; kubernetesGroups: readonly string[] };
      }>({
        service: 'eks',
        operation: 'DescribeAccessEntry',
        input: { clusterName, principalArn },
        principal: operatorOf(context),
        region,
      });
      return { username: accessEntry.username, groups: accessEntry.kubernetesGroups };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
}

/** What EKS Pod Identity gives the pods of a service account: credentials of its role, and where AWS is. */
export function readPodIdentities(context: RuntimeContext, endpointUrl: string): PodEnvironment {
  const associations = new PodIdentityAssociations(context.store);
  return (cluster, namespace, serviceAccount): Readonly<Record<string, string>> => {
    const found = associations.find(cluster, namespace, serviceAccount);
    if (found === undefined) return {};
    const { roleArn, region, associationArn } = found;
    const sessionName = `eks-${cluster}-${serviceAccount}`.slice(0, 64);
    // Throws when the role lets no pods in.
    context.assumeRole(roleArn, sessionName, context.servicePrincipal('pods.eks.amazonaws.com', associationArn));
    const { accessKeyId, secretAccessKey, sessionToken } = context.credentialsFor(roleArn, sessionName);
    return {
      AWS_ENDPOINT_URL: endpointUrl,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
  };
}
