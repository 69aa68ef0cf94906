// The real assembly, but without the throttle of its HTTP API, which would be all that is measured.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Template {
  readonly Resources?: Readonly<
    Record<string, { readonly Type: string; readonly Properties?: Record<string, unknown> }>
  >;
}

/** Copies the assembly and takes `DefaultRouteSettings` out of each HTTP API's stage. */
export function copyAssemblyWithoutThrottle(assembly: string, directory: string): void {
  cpSync(assembly, directory, { recursive: true });
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.template.json'))) {
    const path = join(directory, file);
    const template = JSON.parse(readFileSync(path, 'utf8')) as Template;
    for (const { Type, Properties } of Object.values(template.Resources ?? {})) {
      if (Type === 'AWS::ApiGatewayV2::Stage') delete Properties?.DefaultRouteSettings;
    }
    writeFileSync(path, JSON.stringify(template));
  }
}
