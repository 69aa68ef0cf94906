// Rules such as a bus of this application has, for any number of repositories.
import { type EventPattern, parsePattern } from '../../local/services/events/pattern/parse-pattern.ts';

/** Four kinds of rules for each repository: exact, by prefix, by exclusion, and by several fields at once. */
export function buildRules(count: number): [string, EventPattern][] {
  return Array.from({ length: count }, (_, index) => {
    const repository = { full_name: [`example/service-${Math.floor(index / 4)}`] };
    const patterns = [
      { source: ['github.com'], 'detail-type': ['push'], detail: { repository, ref: ['refs/heads/develop'] } },
      { source: ['github.com'], 'detail-type': ['push'], detail: { repository, ref: [{ prefix: 'refs/tags/' }] } },
      {
        source: ['github.com'],
        'detail-type': ['push', 'release'],
        detail: { repository, sender: { login: [{ 'anything-but': ['dependabot[bot]'] }] } },
      },
      {
        source: ['github.com'],
        'detail-type': ['workflow_run'],
        detail: { repository, workflow_run: { conclusion: ['success'], run_attempt: [{ numeric: ['<', 5] }] } },
      },
    ];
    return [`rule-${index}`, parsePattern(JSON.stringify(patterns[index % patterns.length]))];
  });
}
