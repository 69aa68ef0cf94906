// A GitOps branch with one file in memory, for tests; others can push in between.
import type { GitOpsRepository } from '../../../core/promotion/commit-promotion.ts';

export interface MemoryGit {
  readonly repository: GitOpsRepository;
  readonly commits: { readonly message: string; readonly content: string }[];
  content(): string;
  /** Somebody else commits before each of our next so many moves of the branch. */
  disturb(times: number, edit: (content: string) => string): void;
}

export function createMemoryGit(content: string): MemoryGit {
  const commits = [{ message: 'begin', content }];
  const loose = new Map<string, { parent: number; message: string; content: string }>();
  let disturbances = 0;
  let edit = (text: string) => text;
  const tip = () => commits.at(-1)?.content ?? '';
  return {
    commits,
    content: tip,
    disturb(times, change) {
      disturbances = times;
      edit = change;
    },
    repository: {
      read: async () => ({ revision: String(commits.length), content: tip() }),
      listRecentCommits: async () => commits.map(({ message }, index) => ({ revision: String(index + 1), message })),
      async createCommit(parent, _file, text, message) {
        loose.set(`c${loose.size}`, { parent: Number(parent), message, content: text });
        return `c${loose.size - 1}`;
      },
      async advance(revision) {
        if (disturbances > 0) {
          disturbances -= 1;
          commits.push({ message: 'somebody else', content: edit(tip()) });
        }
        const commit = loose.get(revision);
        if (commit?.parent !== commits.length) return 'moved';
        commits.push({ message: commit.message, content: commit.content });
        return 'advanced';
      },
      urlOf: (revision) => revision,
    },
  };
}
