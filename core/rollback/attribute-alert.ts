// Which service in which environment does an alert speak of?
import type { Configuration } from '../../config/schema.ts';

export interface Attribution {
  /** Undefined when no label names a service of ours. */
  readonly service: string | undefined;
  /** What the labels name instead: something that we do not deploy. */
  readonly foreignService: string | undefined;
  readonly environment: string | undefined;
}

const serviceLabels = ['service', 'app', 'deployment'] as const;
const environmentLabels = ['environment', 'env'] as const;

/** Reads the labels in the order of how plainly they speak; where none names the environment, the namespace does. */
export function attributeAlert(
  { services, environments }: Configuration,
  labels: Readonly<Record<string, string>>,
): Attribution {
  const service = firstLabel(labels, serviceLabels);
  const namespace = labels.namespace;
  const environment =
    firstLabel(labels, environmentLabels) ??
    Object.entries(environments).find(([, { namespace: own }]) => namespace !== undefined && own === namespace)?.[0];
  const isOurs = service !== undefined && Object.hasOwn(services, service);
  return {
    service: isOurs ? service : undefined,
    foreignService: isOurs ? undefined : service,
    environment: environment !== undefined && Object.hasOwn(environments, environment) ? environment : undefined,
  };
}

function firstLabel(labels: Readonly<Record<string, string>>, names: readonly string[]): string | undefined {
  return names.map((name) => labels[name]).find((value) => value !== undefined && value !== '');
}
