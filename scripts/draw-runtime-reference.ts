// The reference of the local runtime, read off the runtime itself: services, operations, resource types, what has no effect.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '../local/clock/virtual-clock.ts';
import { Identity } from '../local/identity/identity.ts';
import type { ServiceModule } from '../local/runtime/context.ts';
import { createContext } from '../local/runtime/create-context.ts';
import { listServiceModules } from '../local/runtime/service-modules.ts';
import { openJournalStore } from '../local/storage/journal-store.ts';
import { createMemoryTrace } from '../local/trace/memory-trace.ts';

export const runtimeReferenceFile = new URL('../docs/local-runtime-reference.md', import.meta.url);

/** The whole page. */
export async function drawRuntimeReference(): Promise<string> {
  const modules = await buildModules();
  const services = modules.flatMap(({ services }) => services).sort((a, b) => a.id.localeCompare(b.id));
  const providers = modules.flatMap(({ providers }) => providers).sort((a, b) => a.type.localeCompare(b.type));
  const isWithoutEffect = (type: (typeof providers)[number]): boolean => type.withoutEffect?.['*'] !== undefined;
  return `${[
    '# Local runtime: reference',
    'Written by `npm run draw` from the runtime itself; a test keeps it up to date. What it is and how it is used: [local-runtime.md](local-runtime.md).',
    '## Operations',
    'Every other operation answers `UnknownOperationException`.',
    ...services
      .map(({ id, operations }) => ({ id, names: Object.keys(operations).filter(isPublic).sort() }))
      .filter(({ names }) => names.length > 0)
      .map(({ id, names }) => `**${id}**: ${names.join(', ')}`),
    '## Resource types',
    'Every other type, and every property that is not listed, is refused at the start with its logical id.',
    ...providers
      .filter((provider) => !isWithoutEffect(provider))
      .map(({ type, properties, withoutEffect = {} }) =>
        [
          `**${type}**: ${[...properties].sort().join(', ') || '(no properties)'}`,
          ...Object.entries(withoutEffect).map(([property, reason]) => `- without effect: ${property} (${reason})`),
        ].join('\n'),
      ),
    '## Resource types without effect',
    [
      '| type | because |',
      '|---|---|',
      ...providers.filter(isWithoutEffect).map(({ type, withoutEffect }) => `| ${type} | ${withoutEffect?.['*']} |`),
    ].join('\n'),
  ].join('\n\n')}\n`;
}

/** What services only say to each other has a name that no client can send. */
function isPublic(operation: string): boolean {
  return /^\w+$/.test(operation);
}

async function buildModules(): Promise<readonly ServiceModule[]> {
  const directory = mkdtempSync(join(tmpdir(), 'reference-'));
  const clock = createVirtualClock();
  const store = await openJournalStore(directory);
  const modules: ServiceModule[] = [];
  try {
    createContext({
      clock,
      store,
      trace: createMemoryTrace(clock),
      accountId: '123456789012',
      region: 'eu-central-1',
      modules: listServiceModules().map((create) => (context) => {
        const module = create(context);
        modules.push(module);
        return module;
      }),
      createIdentity: ({ store: own }) => {
        const identity = new Identity({ store: own, clock, accountId: '123456789012' });
        return { authorizer: identity, principals: identity };
      },
      endpointUrl: () => '',
    });
    return modules;
  } finally {
    clock.stop();
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
