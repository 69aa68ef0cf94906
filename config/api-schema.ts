// The name under which senders (GitHub, Slack, Alertmanager …) reach the automation, in whichever region it answers.
import { z } from 'zod';
import { hostedZoneId, hostName } from './values.ts';

const certificateArn = z
  .string()
  .regex(
    /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[a-f0-9-]{36}$/,
    'must be the ARN of a certificate in ACM, such as arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d-…',
  );

export const apiSchema = z.strictObject({
  /** Absent: senders are told the address that API Gateway gives, and Slack's buttons lead to the primary region alone. */
  domain: z
    .strictObject({
      name: hostName,
      /** Of Route 53, which leads the name to the recovery region while the primary one cannot take what is pressed. */
      hostedZoneId,
      /** For the name, in ACM of each region: API Gateway takes certificates of its own region only. */
      certificates: z.strictObject({ primary: certificateArn, recovery: certificateArn }),
    })
    .optional(),
});
export type ApiDomainConfiguration = NonNullable<z.output<typeof apiSchema>['domain']>;

export interface ApiProblem {
  readonly path: PropertyKey[];
  readonly message: string;
}

/** Each certificate must be of the region that it is for. */
export function findApiProblems(
  { domain }: z.output<typeof apiSchema>,
  regions: { readonly primaryRegion: string; readonly recoveryRegion: string },
): ApiProblem[] {
  return (['primary', 'recovery'] as const).flatMap((site) => {
    const arn = domain?.certificates[site];
    const region = regions[`${site}Region`];
    if (arn === undefined || arn.split(':')[3] === region) return [];
    const message = `must be a certificate of ${region}, got one of ${arn.split(':')[3]}`;
    return [{ path: ['api', 'domain', 'certificates', site], message }];
  });
}
