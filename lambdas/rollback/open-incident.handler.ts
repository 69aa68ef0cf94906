// Step OpenIncident of rollback-release: what happened stays where people work.
import { openIncidentTask } from '../../contracts/workflows/rollback-release.ts';
import { buildIncidentRecord, buildIssue, marker } from '../../core/rollback/build-incident.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { openIssue } from '../adapters/github-issues.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment(['LEDGER_TABLE_NAME', 'GITHUB_SECRET_ID', 'ADDRESSES_PARAMETER_PATH']);
const gitHub = connectGitHub(environment).client;
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);

/** A rollback does not fail because GitHub takes no issue: that is returned as a problem. */
export const handler = defineTask({
  ...openIncidentTask,
  async handle(incident) {
    const { promotion } = incident;
    const issue = { ...buildIssue(incident), marker: marker(promotion.promotionId) };
    const { url, problem } = await openIssue(gitHub, promotion.repository, issue);
    await ledger.put(buildIncidentRecord(incident, url));
    return { ...(url === undefined ? {} : { issueUrl: url }), problems: problem === undefined ? [] : [problem] };
  },
});
