// What the stack tells its users about itself: the one parameter from which the command line finds everything.
import * as z from 'zod/mini';

/** Name of the SSM parameter that holds a `Deployment` as JSON. */
export function deploymentParameterName(application: string): string {
  return `/${application}/automation/deployment`;
}

export const deploymentSchema = z.object({
  region: z.string(),
  /** Where the recovery stack stands, with a parameter of the same name; absent in what was deployed before this was told. */
  recoveryRegion: z.optional(z.string()),
  /** Base address of the webhook API of this region. That of the recovery region takes what people press in Slack, and nothing else. */
  apiUrl: z.string(),
  /** The name by which both are reached, whichever answers; absent where the configuration has none. */
  apiDomain: z.optional(z.string()),
  eventBusName: z.string(),
  ledgerTableName: z.string(),
  /** By workflow name, e.g. `promote-release`. */
  workflowArns: z.record(z.string(), z.string()),
  /** In the order in which a release travels; absent in what was deployed before this was told. */
  environments: z.optional(z.array(z.string())),
  /** By concern, e.g. `promotion`. */
  deadLetterQueueUrls: z.record(z.string(), z.string()),
});

export type Deployment = z.infer<typeof deploymentSchema>;
