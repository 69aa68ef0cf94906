// What GitHub has at first: the sources of every service, and the GitOps repository.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Configuration } from '../../config/schema.ts';
import type { GitHub } from './github/start-github.ts';

/** Changes nothing in a repository that is there. */
export async function seedRepositories(
  github: GitHub,
  configuration: Configuration,
  gitOpsDirectory: string,
): Promise<void> {
  const { gitops, repositories } = configuration.github;
  for (const repository of repositories) {
    await github.seedRepository(repository, buildSources(configuration, repository), {
      branches: listBranches(configuration),
    });
  }
  await github.seedRepository(gitops.repository, readFiles(gitOpsDirectory), { defaultBranch: gitops.branch });
}

function listBranches({ environments }: Configuration): string[] {
  return Object.values(environments).flatMap(({ branch }) =>
    branch === undefined || branch === 'main' ? [] : [branch],
  );
}

/** A file for each of the service's globs, so that a push can touch it. */
function buildSources({ services }: Configuration, repository: string): Record<string, string> {
  const own = Object.entries(services).filter(([, service]) => service.repository === repository);
  const files = own.flatMap(([name, { paths }]) =>
    paths.map((glob) => [join(glob.replace(/\*.*$/, ''), 'VERSION'), `first version of ${name}\n`]),
  );
  return { 'README.md': `# ${repository}\n`, ...Object.fromEntries(files) };
}

function readFiles(root: string, folder = root): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(folder).map((entry) => {
      const path = join(folder, entry);
      return statSync(path).isDirectory()
        ? readFiles(root, path)
        : { [relative(root, path)]: readFileSync(path, 'utf8') };
    }),
  );
}
