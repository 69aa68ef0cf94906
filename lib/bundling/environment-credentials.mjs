// Stands in for the SDK's credential provider chain inside Lambda bundles: Lambda puts a role's credentials into the environment.
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = () => fromEnv();
