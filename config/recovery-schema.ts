// What may be lost with the primary region, how long it may take to be back, and where what runs in it is recovered to.
import { z } from 'zod';
import { hostedZoneId, hostName, name, path } from './values.ts';

const hour = 60;
const minutes = z.int().min(1).max(10_080);

/** How old the newest state in the recovery region may be, in minutes. A nightly backup is a day old before the next one arrives. */
const recoveryPointSchema = z.strictObject({
  database: minutes.default(26 * hour),
  configuration: minutes.default(26 * hour),
  ledger: minutes.default(5),
  secrets: minutes.default(hour),
  images: minutes.default(hour),
});

/** How long it may take until each can be worked with in the recovery region, in minutes. */
const recoveryTimeSchema = z.strictObject({
  database: minutes.default(4 * hour),
  configuration: minutes.default(30),
  ledger: minutes.default(5),
  secrets: minutes.default(5),
  images: minutes.default(15),
});

/** A CNAME that leads to one region or to the other. */
const dnsRecordSchema = z.strictObject({ name: hostName, primary: hostName, recovery: hostName });

/** Where an environment is recovered to: a cluster that waits in the recovery region. */
const recoveryEnvironmentSchema = z.strictObject({
  /** Name of the EKS cluster in the recovery region. */
  cluster: name,
  /** There the agent's Jobs find the Secrets of the databases under the names that they have in the primary region. */
  namespace: name,
  /** Folder of the kustomize overlay that this cluster follows, with `replicas` for each Deployment. */
  overlayPath: path,
  /** Argo CD's Application of it in that cluster. Absent: the name of the one at home, with `-recovery`. */
  argoApplication: name.optional(),
  /** Of each service, once the environment runs there. */
  replicas: z.int().min(1).max(100).default(2),
  dns: z.strictObject({
    hostedZoneId,
    ttlSeconds: z.int().min(0).max(86_400).default(60),
    records: z.array(dnsRecordSchema).min(1),
  }),
});

export const recoverySchema = z.strictObject({
  recoveryPointMinutes: recoveryPointSchema.default(recoveryPointSchema.parse({})),
  recoveryTimeMinutes: recoveryTimeSchema.default(recoveryTimeSchema.parse({})),
  /** By environment; those that are left out are not recovered by us. */
  environments: z.record(z.string(), recoveryEnvironmentSchema).default({}),
});
