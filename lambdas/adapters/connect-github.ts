// GitHub as the running function reaches it: address and credentials are read at run time.
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { awsClientOptions } from '../platform/aws-client-options.ts';
import { systemClock } from '../platform/system-clock.ts';
import { createAddressReader } from './address-reader.ts';
import { createGitHubClient, type GitHubClient } from './github-client.ts';
import { createSecretReader, type GitHubSecret, gitHubSecretSchema, type SecretReader } from './secret-reader.ts';

export interface GitHubConnection {
  readonly client: GitHubClient;
  /** As the App itself; with a plain token the same as `client`. */
  readonly appClient: GitHubClient;
  readonly secret: SecretReader<GitHubSecret>;
}

export function connectGitHub(environment: {
  readonly GITHUB_SECRET_ID: string;
  readonly ADDRESSES_PARAMETER_PATH: string;
}): GitHubConnection {
  const secrets = new SecretsManagerClient(awsClientOptions);
  const address = createAddressReader(
    new SSMClient(awsClientOptions),
    systemClock,
    environment.ADDRESSES_PARAMETER_PATH,
  );
  const secret = createSecretReader(secrets, systemClock, environment.GITHUB_SECRET_ID, gitHubSecretSchema);
  return {
    secret,
    client: createGitHubClient(address, secret, systemClock),
    appClient: createGitHubClient(address, secret, systemClock, 'app'),
  };
}
