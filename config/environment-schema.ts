// The shape of an environment: where it is, how releases come in, and when they go back.
import { z } from 'zod';
import { approvalPolicySchema } from './approvals-schema.ts';
import { automaticRollbackSchema } from './rollback-schema.ts';
import { strategyFields } from './strategy-schema.ts';
import { gitHubLogin, logRetentionDays, minutes, name, path } from './values.ts';

/** Names of the gates that an environment may ask for; each one is a pure decision in `core/`. */
export const gateNames = ['build-succeeded', 'image-available', 'not-quarantined', 'newest-desired'] as const;

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

export type GateName = (typeof gateNames)[number];
