// Gate: nothing is wrong with the services in this environment right now.
import { cannotTell, closed, type GateAnswer, open } from './gate.ts';
import type { ForwardMove, GateFacts } from './gate-facts.ts';

type Facts = Pick<GateFacts, 'incidents' | 'alerts'> & {
  readonly promotion: Pick<ForwardMove, 'environment'>;
  readonly services: readonly { readonly name: string }[];
};

export const noOpenIncident = ({ promotion: { environment }, services, incidents, alerts }: Facts): GateAnswer => {
  if ('unknown' in incidents) return cannotTell(`whether an incident is open: ${incidents.unknown}`);
  if ('unknown' in alerts) return cannotTell(`whether an alert fires: ${alerts.unknown}`);
  const names = services.map(({ name }) => name);
  const problems = [
    ...incidents.known
      .filter((incident) => incident.environment === environment)
      .filter((incident) => incident.services.some((service) => names.includes(service)))
      .map(
        ({ openedAt, reason }) =>
          `an incident is open since ${openedAt} (${reason}): close it with \`automation incident close\``,
      ),
    ...alerts.known
      .filter(({ service }) => names.includes(service))
      .map(({ name, service, startsAt }) => `${name} fires for ${service} since ${startsAt}: it must be resolved`),
  ];
  return problems.length === 0 ? open('no incident is open and no critical alert fires') : closed(problems.join('; '));
};
