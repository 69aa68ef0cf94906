// What people are told of a renewal: one message from its start to its end.
import { certificateSource } from '../../../contracts/events/certificate.ts';
import {
  type CertificateRenewalEventType,
  certificateRenewalDetailSchema,
  certificateRenewalEventTypes,
} from '../../../contracts/events/certificate-renewal.ts';
import type { Mark } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';

const words: Readonly<
  Record<CertificateRenewalEventType, { readonly mark: Mark; readonly verb: string; readonly rank: number }>
> = {
  CertificateRenewalStarted: { mark: 'running', verb: 'is being renewed', rank: 0 },
  CertificateRenewed: { mark: 'success', verb: 'was renewed', rank: 1 },
  CertificateRenewalFailed: { mark: 'failure', verb: 'could not be renewed', rank: 1 },
};

export const certificateRenewalMessages = defineMessages({
  source: certificateSource,
  types: certificateRenewalEventTypes,
  schema: certificateRenewalDetailSchema,
  build(type, { renewal, reason, metadata }) {
    const { mark, verb, rank } = words[type];
    const { renewalId, host, environment, owner, issuer, obstacle, retryAt } = renewal;
    return {
      subject: `certificate/renewal/${renewalId}`,
      family: 'certificate',
      environment,
      severity: type === 'CertificateRenewalFailed' ? 'warning' : 'info',
      rank,
      closes: type !== 'CertificateRenewalStarted',
      mark,
      headline: `The certificate of ${host} ${verb}`,
      reason,
      facts: [
        { label: 'in', value: environment },
        { label: 'owned by', value: owner },
        { label: 'issued by', value: issuer },
        { label: 'by', value: metadata.actor },
        ...(obstacle === undefined ? [] : [{ label: 'stands in the way', value: obstacle }]),
        ...(retryAt === undefined ? [] : [{ label: 'may be asked again', value: retryAt }]),
      ],
      details: [],
    };
  },
});
