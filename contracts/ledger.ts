// The ledger: the one builder of its keys, and how each kind of record is looked up. The records are in ledger/, by feature.
//
// | question                                          | answered by                                              |
// |---------------------------------------------------|----------------------------------------------------------|
// | was this delivery, body or event handled already? | get claim                                                |
// | what runs where?                                  | byKind `current`, sorted environment#service             |
// | what ran in an environment before?                | query deployment partition, newest last                  |
// | which digest is version v of a service?           | get release; all versions: query its partition           |
// | what is wanted newest, who may change it?         | get desired, get lease                                   |
// | how did the build of a commit end, who waits?     | query build partition                                    |
// | how did a promotion go, why was it decided so?    | get promotion; query decision partition                  |
// | what was a job of GitHub Actions answered?        | get decision of its run, rule `deployment-protection`    |
// | what waits for people, who agreed to what?        | byKind `approval#pending` / `approval#closed`; get approval |
// | when does nothing move forward, what is overruled? | byKind `freeze`, `gate-override`; query override partition  |
// | which critical alerts fire?                       | byKind `firing-alert#<environment>`, by time             |
// | what happened lately?                             | byKind `event#<day>` / `promotion#<environment>`, by time |
// | what belongs to one chain of causes?              | byCorrelation, by time                                   |
// | may this digest run?                              | get quarantine; all: byKind `quarantine`                 |
// | what is being changed right now?                  | get rollout                                              |
// | how often was something taken back lately?        | get automaticRollbacks                                   |
// | may anything go back by itself?                   | get circuit of `all` and of environment#service          |
// | what runs past Git?                               | byKind `break-glass`, status `open`; get breakGlass      |
// | what is wrong right now?                          | byKind `incident`, newest last, status `open`            |
// | what was heard of a cluster last, who waits?      | query rollout-signal partition; get canaryHalt            |
// | which colour is live, how long is the other warm? | byKind `colours`, sorted environment#service             |
// | was a canary asked to go back?                    | get canaryRollback                                       |
// | how are the certificates? how were they?          | byKind `certificate`, sorted name; query its partition   |
// | when was every certificate checked last?          | query certificate-report partition, newest last          |
// | who renews a certificate, what holds it back?     | get renewalState; all: byKind `certificate-renewal`      |
// | how did its renewals go?                          | query renewal partition with prefix `RUN#`               |
// | which backups are there, what became of one?      | byKind `backup#<environment>`, by time; get backup       |
// | who backs up a database now, what is proven?      | get backupRun; get lastVerified                          |
// | how far does the archive of a database reach?     | byKind `archive`                                         |
// | what was told of a subject, where does it stand?  | query notification partition; get notificationThread     |
// | how did the last runs of a scheduled job go?      | query job partition with prefix `RUN#`, newest first     |
// | how are the jobs, when must each have succeeded?  | byKind `job`, sorted by name                             |
// | what would be lost with the primary region?       | byKind `replication`; get replicationHeartbeat           |
// | how did the drills in the recovery region go?     | byKind `recovery-drill`, by time; get recoveryDrillRun     |
// | in which region does an environment run, how come? | get site; byKind `fail-over`, by time                      |
//
// Every write is of a single item and conditional, so each step can be repeated. Times are ISO 8601 in UTC (they sort as text);
// only `expiresAt` is in epoch seconds, as DynamoDB wants it.
import { alertKeys, alertKinds } from './ledger/alerts.ts';
import { approvalKeys, approvalKinds } from './ledger/approvals.ts';
import { backupKeys, backupKinds } from './ledger/backups.ts';
import { breakGlassKeys, breakGlassKinds } from './ledger/break-glass.ts';
import { buildKeys } from './ledger/builds.ts';
import { canaryKeys } from './ledger/canaries.ts';
import { certificateRenewalKeys, certificateRenewalKinds } from './ledger/certificate-renewals.ts';
import { certificateKeys, certificateKinds } from './ledger/certificates.ts';
import { circuitKeys, circuitKinds } from './ledger/circuits.ts';
import { claimKeys } from './ledger/claims.ts';
import { colourKeys, colourKinds } from './ledger/colours.ts';
import { decisionKeys, decisionKinds } from './ledger/decisions.ts';
import { deploymentKeys, deploymentKinds } from './ledger/deployments.ts';
import { eventKeys, eventKinds } from './ledger/events.ts';
import { failOverKeys, failOverKinds } from './ledger/fail-overs.ts';
import { freezeKeys, freezeKinds } from './ledger/freezes.ts';
import { jobKeys, jobKinds } from './ledger/jobs.ts';
import { leaseKeys } from './ledger/leases.ts';
import { notificationKeys } from './ledger/notifications.ts';
import { promotionKeys, promotionKinds } from './ledger/promotions.ts';
import { recoveryDrillKeys, recoveryDrillKinds } from './ledger/recovery-drills.ts';
import { releaseKeys, releaseKinds } from './ledger/releases.ts';
import { replicationKeys, replicationKinds } from './ledger/replications.ts';
import { rollbackKeys, rollbackKinds } from './ledger/rollbacks.ts';
import { rolloutSignalKeys } from './ledger/rollout-signals.ts';

export const ledgerKeys = { partition: 'pk', sort: 'sk', timeToLive: 'expiresAt' } as const;

export const ledgerIndexes = [
  { name: 'byKind', partition: 'kind', sort: 'sortKey' },
  { name: 'byCorrelation', partition: 'correlationId', sort: 'sortKey' },
] as const;

/** The only builder of keys; the state machines' own keys are tested against it. */
export const ledgerKey = {
  ...claimKeys,
  ...releaseKeys,
  ...leaseKeys,
  ...deploymentKeys,
  ...buildKeys,
  ...promotionKeys,
  ...decisionKeys,
  ...approvalKeys,
  ...freezeKeys,
  ...alertKeys,
  ...eventKeys,
  ...rollbackKeys,
  ...circuitKeys,
  ...breakGlassKeys,
  ...certificateKeys,
  ...certificateRenewalKeys,
  ...backupKeys,
  ...notificationKeys,
  ...jobKeys,
  ...replicationKeys,
  ...recoveryDrillKeys,
  ...failOverKeys,
  ...rolloutSignalKeys,
  ...colourKeys,
  ...canaryKeys,
};

/** Values of `kind`, by which records of one sort are listed. */
export const ledgerKind = {
  ...releaseKinds,
  ...deploymentKinds,
  ...promotionKinds,
  ...decisionKinds,
  ...approvalKinds,
  ...freezeKinds,
  ...alertKinds,
  ...eventKinds,
  ...rollbackKinds,
  ...circuitKinds,
  ...breakGlassKinds,
  ...certificateKinds,
  ...certificateRenewalKinds,
  ...backupKinds,
  ...jobKinds,
  ...replicationKinds,
  ...recoveryDrillKinds,
  ...failOverKinds,
  ...colourKinds,
};
