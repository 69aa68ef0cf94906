// GitHub as a channel: one comment per subject on the commit that it is about, edited as its state changes.
import * as z from 'zod/mini';
import { AppError } from '../../core/app-error.ts';
import { renderComment } from '../../core/notifications/render-comment.ts';
import type { Channel } from '../../core/notifications/tell-people.ts';
import { describeAnswer, type GitHubClient } from './github-client.ts';

const commentSchema = z.object({ id: z.number() });

/** What is about no commit is left out. @see https://docs.github.com/rest/commits/comments */
export function createGitHubCommentChannel(gitHub: GitHubClient): Channel {
  return {
    async show(announcement, { known, keep }) {
      const { commit } = announcement;
      if (commit === undefined) return;
      const [owner = '', repo = ''] = commit.repository.split('/');
      const body = renderComment(announcement);
      if (known !== undefined) {
        const edited = await gitHub('PATCH /repos/{owner}/{repo}/comments/{comment_id}', {
          owner,
          repo,
          comment_id: Number(known.id),
          body,
        });
        if (edited.status === 200) return;
        // 404: a person deleted it. What has become of its subject is still worth a comment.
        if (edited.status !== 404) throw refused(edited);
      }
      const path = { owner, repo, commit_sha: commit.sha };
      const posted = await gitHub('POST /repos/{owner}/{repo}/commits/{commit_sha}/comments', { ...path, body });
      const comment = commentSchema.safeParse(posted.data);
      if (posted.status !== 201 || !comment.success) throw refused(posted);
      await keep({ id: String(comment.data.id) });
    },
  };
}

function refused(answer: Parameters<typeof describeAnswer>[0]): AppError {
  return new AppError('NotFoundError', `GitHub takes no comment: ${describeAnswer(answer)}`);
}
