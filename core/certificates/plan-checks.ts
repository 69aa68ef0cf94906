// Which names a run of check-certificates looks at, in batches.
import type { Configuration } from '../../config/schema.ts';
import type {
  AcmEvent,
  CertificateCheckRequest,
  PlannedCheck,
  RenewedEvent,
} from '../../contracts/workflows/check-certificates.ts';
import { AppError } from '../app-error.ts';

/** All names of a batch are asked at the same time, by one function. */
const batchSize = 20;

/** All that are configured, those that a person names, or those that an event of ACM is about. @throws AppError `NotFoundError` for an unknown name. */
export function planChecks(
  { certificates: { endpoints } }: Configuration,
  {
    request,
    event,
  }: { readonly request?: CertificateCheckRequest | undefined; readonly event?: AcmEvent | RenewedEvent | undefined },
): { readonly checks: PlannedCheck[] }[] {
  const checks = listChecks(endpoints, request, event);
  return Array.from({ length: Math.ceil(checks.length / batchSize) }, (_, index) => ({
    checks: checks.slice(index * batchSize, (index + 1) * batchSize),
  }));
}

function listChecks(
  endpoints: Configuration['certificates']['endpoints'],
  request: CertificateCheckRequest | undefined,
  event: AcmEvent | RenewedEvent | undefined,
): PlannedCheck[] {
  if (event === undefined) return listNames(endpoints, request).map((name) => ({ name }));
  if ('renewal' in event.detail)
    return listNames(endpoints, { names: [event.detail.renewal.name] }).map((name) => ({ name }));
  return planForAcm(endpoints, event as AcmEvent);
}

function listNames(endpoints: object, request: CertificateCheckRequest | undefined): string[] {
  const known = Object.keys(endpoints);
  const unknown = request?.names?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new AppError(
      'NotFoundError',
      `no certificate ${unknown.join(', ')}, the configuration has ${known.join(', ') || 'none'}`,
    );
  }
  return [...new Set(request?.names ?? known)];
}

/** A certificate that nobody configured is followed under its common name: its warning must not be lost. */
function planForAcm(endpoints: Configuration['certificates']['endpoints'], event: AcmEvent): PlannedCheck[] {
  const { CommonName: commonName, DaysToExpiry: daysLeft } = event.detail;
  if (commonName === undefined) throw new AppError('InvalidInputError', 'the event of ACM names no CommonName');
  const names = Object.entries(endpoints).flatMap(([name, { host }]) => (host === commonName ? [name] : []));
  const notices: Readonly<Record<string, NonNullable<PlannedCheck['acm']>['notice']>> = {
    'ACM Certificate Approaching Expiration': 'expires-soon',
    'ACM Certificate Renewal Action Required': 'action-required',
  };
  const acm = { notice: notices[event['detail-type']] ?? 'none', ...(daysLeft === undefined ? {} : { daysLeft }) };
  return (names.length === 0 ? [commonName] : names).map((name) => ({ name, acm }));
}
