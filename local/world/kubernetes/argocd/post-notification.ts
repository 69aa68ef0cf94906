// Argo CD's notifications controller, as far as webhooks go: services, templates and subscriptions of its ConfigMap.
// Conditions of triggers are not evaluated: which trigger fires is decided as in Argo CD's catalogue (list-notifications.ts).
// https://argo-cd.readthedocs.io/en/stable/operator-manual/notifications/services/webhook/
import { configMaps, secrets } from '../resources/built-in-types.ts';
import { findField } from '../resources/json-path.ts';
import type { KubernetesObject } from '../resources/kubernetes-object.ts';
import { parseYaml } from '../resources/parse-yaml.ts';
import type { ObjectRegistry } from '../storage/object-registry.ts';
import type { Notification } from './list-notifications.ts';

interface WebhookService {
  readonly url: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

interface Template {
  readonly webhook?: Readonly<Record<string, { readonly method?: string; readonly body?: string }>>;
}

const namespace = 'argocd';

/** Sends what the subscriptions ask for. Throws Error when the receiver refuses it or cannot be reached. */
export async function postNotification(
  registry: ObjectRegistry,
  { trigger, application }: Pick<Notification, 'trigger' | 'application'>,
): Promise<void> {
  const settings = readTexts(registry.find(configMaps, namespace, 'argocd-notifications-cm'));
  const subscriptions = parseYaml(settings.subscriptions ?? '[]') as { recipients: string[]; triggers: string[] }[];
  const recipients = new Set(
    subscriptions.flatMap(({ recipients: names, triggers }) => (triggers.includes(trigger) ? names : [])),
  );
  const conditions = parseYaml(settings[`trigger.${trigger}`] ?? '[]') as { send: string[] }[];
  for (const name of conditions.flatMap(({ send }) => send)) {
    const template = parseYaml(settings[`template.${name}`] ?? '{}') as Template;
    for (const recipient of recipients) {
      const message = template.webhook?.[recipient];
      if (message === undefined) continue;
      const service = settings[`service.webhook.${recipient}`];
      if (service === undefined) throw new Error(`notification service webhook.${recipient} is not configured`);
      await send(parseYaml(withSecrets(registry, service)) as WebhookService, message, application);
    }
  }
}

async function send(
  { url, headers = [] }: WebhookService,
  { method = 'GET', body }: { readonly method?: string; readonly body?: string },
  application: KubernetesObject,
): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    ...(body === undefined ? {} : { body: render(body, application) }),
  });
  await answer.arrayBuffer();
  if (answer.status >= 300)
    throw new Error(`request to ${new URL(url).pathname} has failed with status ${answer.status}`);
}

/** Go's templates as far as fields go; what is missing is `<no value>`, as there. */
function render(template: string, application: KubernetesObject): string {
  return template.replace(/\{\{([^}]*)\}\}/g, (whole, expression: string) => {
    const [, path] = /^\s*\.app\.([\w.]+)\s*$/.exec(expression) ?? [];
    if (path === undefined) throw new Error(`template expression ${whole} is not supported here: use {{.app.<field>}}`);
    return String(findField(application, path) ?? '<no value>');
  });
}

/** `$name` stands for a key of the Secret. */
function withSecrets(registry: ObjectRegistry, text: string): string {
  const secret = registry.find(secrets, namespace, 'argocd-notifications-secret');
  const data = (secret?.data ?? {}) as Record<string, string>;
  return text.replace(/\$([\w-]+)/g, (whole, key: string) =>
    data[key] === undefined ? whole : Buffer.from(data[key], 'base64').toString('utf8'),
  );
}

function readTexts(object: KubernetesObject | undefined): Readonly<Record<string, string>> {
  return (object?.data ?? {}) as Record<string, string>;
}
