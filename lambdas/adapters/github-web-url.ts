// Where people see a repository whose API we know.

/** `https://api.github.com` belongs to github.com; GitHub Enterprise serves its API below its own host. */
export function buildWebUrl(apiUrl: string, owner: string, repository: string): string {
  const { origin, hostname } = new URL(apiUrl);
  const web = hostname === 'api.github.com' ? 'https://github.com' : origin;
  return `${web}/${owner}/${repository}`;
}
