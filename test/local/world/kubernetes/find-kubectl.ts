// The real kubectl, where there is one.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Its path; undefined when it is not installed: tests that need it are skipped then. */
export function findKubectl(): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, 'kubectl'))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
