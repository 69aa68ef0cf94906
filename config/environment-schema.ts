// The shape of an environment: where it is, how releases come in, and when they go back.
import { z } from 'zod';
import { approvalPolicySchema } from './approvals-schema.ts';
import { gateNames } from './gate-names.ts';
import { automaticRollbackSchema } from './rollback-schema.ts';
import { strategyFields } from './strategy-schema.ts';
import { gitHubLogin, logRetentionDays, minutes, name, path } from './values.ts';

export const environmentSchema = z.strictObject({
  namespace: name,
  /** EKS cluster name. */
  cluster: name,
  argoApplication: name,
  /** Namespace in which Argo CD keeps its Applications. */
  argoNamespace: name.default('argocd'),
  /** Folder of the kustomize overlay in the GitOps repository. */
  overlayPath: path,
  /** The branch whose pushes are promoted here. Absent: by a release or by a person only. */
  branch: z.string().min(1).optional(),
  /** Whether a published GitHub release promotes here. */
  promoteOnRelease: z.boolean().default(false),
  ...strategyFields,
  gates: z.array(z.enum(gateNames)).default([...gateNames]),
  /** What was promoted to that environment with success is promoted here next, by itself, as far as gates and approvals let it. */
  promoteFrom: name.optional(),
  /** How long a digest must have run in the environment before. 0: not at all. */
  soakMinutes: z.int().min(0).max(20_160).default(0),
  /** How many executions may change something here at the same time. Absent: any number. */
  maximumConcurrentRollouts: z.int().min(1).max(100).optional(),
  /** Whether an open incident here freezes the whole environment, not its services alone. */
  freezeOnIncident: z.boolean().default(false),
  /** How long a promotion waits for a gate that opens by itself. */
  gateWaitMinutes: minutes(10_080).default(4_320),
  /** GitHub logins that may promote and roll back here by hand. Empty: anyone who may start the workflow. */
  approvers: z.array(gitHubLogin).default([]),
  automaticRollback: automaticRollbackSchema,
  /** Who must agree before something is promoted here, once the gates let it pass. Absent: nobody. */
  approval: approvalPolicySchema.optional(),
  /** How long the workflow waits for the build of a pushed commit. */
  buildTimeoutMinutes: minutes(720).default(60),
  /** How long Argo CD and the rollout may take, from commit to healthy. */
  rolloutTimeoutMinutes: minutes(240).default(15),
  /** How long the logs of what runs for this environment are kept. */
  logRetentionDays,
});
