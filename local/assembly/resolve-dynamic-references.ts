// Dynamic references: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html

/** Reads what a reference points at; throws when there is no such parameter or secret. */
export interface DynamicSources {
  getParameter(name: string, version: string | undefined): Promise<string>;
  getSecret(secret: { id: string; jsonKey?: string; versionStage?: string; versionId?: string }): Promise<string>;
}

const REFERENCE = /\{\{resolve:(ssm|ssm-secure|secretsmanager):(.+?)\}\}/g;

/** The value with every `{{resolve:…}}` in its strings replaced. */
export async function resolveDynamicReferences(value: unknown, sources: DynamicSources): Promise<unknown> {
  if (typeof value === 'string') return value.includes('{{resolve:') ? resolveText(value, sources) : value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolveDynamicReferences(item, sources)));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [
    key,
    await resolveDynamicReferences(item, sources),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

async function resolveText(text: string, sources: DynamicSources): Promise<string> {
  let resolved = '';
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, kind, reference = ''] = match;
    resolved += text.slice(end, match.index);
    resolved +=
      kind === 'secretsmanager' ? await resolveSecret(reference, sources) : await resolveParameter(reference, sources);
    end = match.index + whole.length;
  }
  return resolved + text.slice(end);
}

function resolveParameter(reference: string, sources: DynamicSources): Promise<string> {
  const [, name = reference, version] = /^(.+?)(?::(\d+))?$/.exec(reference) ?? [];
  return sources.getParameter(name, version);
}

/** `secret-id:SecretString:json-key:version-stage:version-id`, where the id may be an ARN with colons of its own. */
function resolveSecret(reference: string, sources: DynamicSources): Promise<string> {
  const parts = reference.split(':');
  const id = parts.splice(0, parts[0] === 'arn' ? 7 : 1).join(':');
  const [, jsonKey, versionStage, versionId] = parts;
  return sources.getSecret({
    id,
    ...(jsonKey && { jsonKey }),
    ...(versionStage && { versionStage }),
    ...(versionId && { versionId }),
  });
}
