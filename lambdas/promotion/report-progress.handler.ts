// Steps Report… of promote-release: people see a promotion where they work.
import { reportProgressTask } from '../../contracts/workflows/promote-release.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { showProgress } from '../adapters/github-progress.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const gitHub = connectGitHub(environment).client;

/** What GitHub does not take is returned as problems: a promotion does not fail because nobody could watch it. */
export const handler = defineTask({
  ...reportProgressTask,
  handle: async ({ promotion, state, description, deploymentId, url }) =>
    await showProgress(gitHub, promotion, { state, description, deploymentId, url }),
});
