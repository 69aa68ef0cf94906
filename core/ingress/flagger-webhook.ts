// What Flagger posts: who it is about, and in which phase. https://docs.flagger.app/usage/webhooks
import * as z from 'zod/mini';
import type { Configuration } from '../../config/schema.ts';
import { AppError } from '../app-error.ts';
import { parsePayload } from './parse-payload.ts';

const text = z.string().check(z.maxLength(253));

const webhookSchema = z.object({
  name: text,
  namespace: text,
  phase: z._default(z.string().check(z.maxLength(40)), ''),
  checksum: z.optional(z.string().check(z.maxLength(80))),
  metadata: z._default(z.record(z.string(), z.string()), {}),
});

export interface FlaggerWebhook {
  readonly canary: { readonly name: string; readonly namespace: string; readonly phase: string };
  readonly checksum: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly environment: string;
  readonly service: string;
}

/** @throws AppError `InvalidInputError` for what Flagger does not send, `NotFoundError` for a canary that the configuration does not know. */
export function parseFlaggerWebhook(configuration: Configuration, body: Uint8Array): FlaggerWebhook {
  const parsed = webhookSchema.safeParse(parsePayload(body, 'application/json'));
  if (!parsed.success)
    throw new AppError('InvalidInputError', 'the body is not what Flagger sends: see gitops/canaries');
  const { name, namespace, phase, checksum, metadata } = parsed.data;
  for (const [environment, settings] of Object.entries(configuration.environments)) {
    for (const [service, { deployment = service, namespace: own }] of Object.entries(configuration.services)) {
      const isIt = deployment === name && (own?.[environment] ?? settings.namespace) === namespace;
      if (isIt && settings.strategy === 'canary')
        return { canary: { name, namespace, phase }, checksum, metadata, environment, service };
    }
  }
  throw new AppError('NotFoundError', `no service with strategy canary is called ${name} in namespace ${namespace}`);
}
