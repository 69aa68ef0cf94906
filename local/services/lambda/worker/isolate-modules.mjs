// Makes module resolution behave as in /var/task: nothing above the function's own folder is seen, neither packages nor
// a package.json, but the AWS SDK that Lambda's runtime ships is.
import { existsSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PROVIDED_BY_THE_RUNTIME = /^@(aws-sdk|smithy)\//;

function hasOwnPackage(folder, root) {
  for (let at = folder; at.startsWith(root); at = dirname(at)) if (existsSync(join(at, 'package.json'))) return true;
  return false;
}

/** Applies to every module that is loaded from now on. */
export function isolateModules(taskRoot) {
  const root = realpathSync(taskRoot);
  const rootUrl = `${pathToFileURL(root).href}/`;
  const isInside = (url) => url?.startsWith(rootUrl);
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!isInside(context.parentURL)) return nextResolve(specifier, context);
      if (PROVIDED_BY_THE_RUNTIME.test(specifier)) {
        try {
          const own = nextResolve(specifier, context);
          if (isInside(own.url)) return own;
        } catch {
          // The bundle brings no copy of its own.
        }
        return nextResolve(specifier, { ...context, parentURL: import.meta.url });
      }
      const resolved = nextResolve(specifier, context);
      if (resolved.url.startsWith('node:') || isInside(resolved.url) || !resolved.url.startsWith('file:'))
        return resolved;
      throw Object.assign(new Error(`Cannot find module '${specifier}'`), { code: 'MODULE_NOT_FOUND' });
    },
    load(url, context, nextLoad) {
      if (!isInside(url) || !url.endsWith('.js') || hasOwnPackage(dirname(fileURLToPath(url)), root)) {
        return nextLoad(url, context);
      }
      return { ...nextLoad(url, { ...context, format: 'commonjs' }), format: 'commonjs' };
    },
  });
}
