// What starts certificates.

import { acmPattern } from '../../contracts/events/certificate.ts';
import { certificateRenewedPattern, renewalDuePattern } from '../../contracts/events/certificate-renewal.ts';
import type { EventRoute, ScheduleRoute } from './route.ts';

export const certificateRoutes: readonly EventRoute[] = [
  {
    id: 'acm-checks',
    description: 'What ACM says of a certificate has it checked at once',
    pattern: acmPattern,
    fromAws: true,
    target: { workflow: 'check-certificates' },
    deadLetters: 'certificates',
  },
  {
    id: 'certificate-renews',
    description: 'A certificate that cert-manager did not renew in time, or that is served stale, is renewed',
    pattern: renewalDuePattern,
    target: { workflow: 'renew-certificate' },
    deadLetters: 'certificates',
  },
  {
    id: 'renewed-checks',
    description: 'A renewed certificate is checked at once, so that what was told of it is closed',
    pattern: certificateRenewedPattern,
    target: { workflow: 'check-certificates' },
    deadLetters: 'certificates',
  },
];

export const certificateSchedules: readonly ScheduleRoute[] = [
  {
    id: 'check-certificates',
    description: 'Every certificate is compared with what is really served, every day',
    schedule: 'checkCertificates',
    target: { workflow: 'check-certificates' },
    deadLetters: 'certificates',
  },
];
