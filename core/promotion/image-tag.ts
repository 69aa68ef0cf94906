// The tag that the build gives to a commit's images; it is what we call the version of a service.

/** `sha-{sha}` and commit 0a1b… → `sha-0a1b…`; `{shortSha}` stands for the first 7 characters. */
export function buildImageTag(template: string, commit: string): string {
  return template.replaceAll('{sha}', commit).replaceAll('{shortSha}', commit.slice(0, 7));
}
