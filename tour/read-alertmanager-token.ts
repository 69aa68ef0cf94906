// The token that Alertmanager is given, as the operator reads it.
import { operatorOf } from '../local/runtime/service.ts';
import type { System } from './start-system.ts';

export async function readAlertmanagerToken({
  runtime: { context },
  configuration: { application },
  deployment: { region },
}: Pick<System, 'runtime' | 'configuration' | 'deployment'>): Promise<string> {
  const { SecretString } = await context.call<{ SecretString: string }>({
    service: 'secretsmanager',
    operation: 'GetSecretValue',
    input: { SecretId: `${application}/automation/alertmanager` },
    principal: operatorOf(context),
    region,
  });
  return String((JSON.parse(SecretString) as { current: string }).current);
}
