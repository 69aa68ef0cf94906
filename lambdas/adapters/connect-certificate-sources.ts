// All that is asked about a certificate, as the running function reaches it.
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Configuration } from '../../config/schema.ts';
import type { CertificateSources } from '../../core/certificates/check-certificate.ts';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createAddressReader } from './address-reader.ts';
import { createCaaReader } from './caa-reader.ts';
import { createRouteReader, readMoreAuthorities } from './certificate-routes.ts';
import { createCertificateReader } from './kubernetes-certificate-reader.ts';
import type { KubernetesClient } from './kubernetes-client.ts';
import { createTlsProber } from './tls-prober.ts';
import { createTrustStore } from './trust-store.ts';

export function connectCertificateSources(
  { certificates: { issuers }, environments }: Configuration,
  addressesPath: string,
  clusterOf: (cluster: string) => KubernetesClient,
): CertificateSources {
  const address = createAddressReader(new SSMClient(awsClientOptions), systemClock, addressesPath);
  const findRoutes = createRouteReader(address);
  const readCaa = createCaaReader();
  return {
    shakeHands: createTlsProber({ findRoutes }),
    findInCluster: createCertificateReader(environments, clusterOf),
    listAnchors: createTrustStore(issuers, async () => await readMoreAuthorities(address)),
    async findIssuancePolicy({ host, port, issuer }) {
      // A name that DNS is not asked for has no records either.
      const isAsked = issuers[issuer]?.caaIdentity !== undefined && (await findRoutes(host, port)) === undefined;
      return isAsked ? await readCaa(host) : undefined;
    },
  };
}
