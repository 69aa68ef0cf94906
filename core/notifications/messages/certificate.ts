// What people are told of a certificate: one message while something is wrong with it, closed when it is in order again.
import {
  type CertificateEventType,
  certificateDetailSchema,
  certificateEventTypes,
  certificateSource,
} from '../../../contracts/events/certificate.ts';
import type { Mark } from '../../../contracts/notifications.ts';
import { defineMessages } from '../define-messages.ts';

const words: Readonly<Record<CertificateEventType, { readonly mark: Mark; readonly verb: string }>> = {
  CertificateExpiring: { mark: 'soon', verb: 'will expire' },
  CertificateProblem: { mark: 'failure', verb: 'has a problem' },
  CertificateRecovered: { mark: 'success', verb: 'is in order again' },
};

export const certificateMessages = defineMessages({
  source: certificateSource,
  types: certificateEventTypes,
  schema: certificateDetailSchema,
  build(type, { certificate, reason }) {
    const { mark, verb } = words[type];
    const { name, host, environment, owner, issuer, verdict } = certificate;
    return {
      subject: `certificate/${name}`,
      family: 'certificate',
      environment,
      severity: type === 'CertificateRecovered' ? 'info' : verdict.state === 'critical' ? 'critical' : 'warning',
      rank: 0,
      closes: type === 'CertificateRecovered',
      recurring: true,
      mark,
      headline: `The certificate of ${host} ${verb}`,
      reason,
      facts: [
        { label: 'in', value: environment },
        { label: 'owned by', value: owner },
        { label: 'issued by', value: issuer },
      ],
      details: [],
    };
  },
});
