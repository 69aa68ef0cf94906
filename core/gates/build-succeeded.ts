// Gate: the build of the commit was green.
import { closed, type Gate, open } from './gate.ts';

export const buildSucceeded: Gate = ({ promotion, build }) => {
  if (!promotion.awaitsBuild) return open('the version was built before');
  if (build === undefined) return closed('nothing is known of the build: push the commit again');
  if (build.conclusion === 'success') return open('the build succeeded');
  const link = build.url === undefined ? '' : `, see ${build.url}`;
  const commit = promotion.commit.slice(0, 7);
  const minutes = Math.round(promotion.buildTimeoutSeconds / 60);
  return build.conclusion === 'timed_out' && build.url === undefined
    ? closed(`no build of ${commit} ended within ${minutes} minutes`)
    : closed(`the build of ${commit} ended as ${build.conclusion}${link}`);
};
