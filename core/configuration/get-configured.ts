// Looks up what a promotion names in the configuration.
import type { Configuration, EnvironmentConfiguration, ServiceConfiguration } from '../../config/schema.ts';
import { AppError } from '../app-error.ts';

/** @throws AppError `NotFoundError` when the configuration changed under a running promotion. */
export function getEnvironment(
  { environments }: Pick<Configuration, 'environments'>,
  name: string,
): EnvironmentConfiguration {
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (environment !== undefined) return environment;
  throw new AppError('NotFoundError', `no environment ${name}, there are ${Object.keys(environments).join(', ')}`);
}

/** @throws AppError `NotFoundError` when the configuration changed under a running promotion. */
export function getService({ services }: Configuration, name: string): ServiceConfiguration {
  const service = Object.hasOwn(services, name) ? services[name] : undefined;
  if (service !== undefined) return service;
  throw new AppError('NotFoundError', `no service ${name}, there are ${Object.keys(services).join(', ')}`);
}
