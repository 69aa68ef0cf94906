// Names and ARNs of buses, rules, archives and replays.

export interface BusAddress {
  readonly region: string;
  readonly name: string;
}

/** A bus is named by name or ARN; nothing stands for `default`. */
export function parseBusName(nameOrArn: string | undefined, region: string): BusAddress {
  if (!nameOrArn?.startsWith('arn:')) return { region, name: nameOrArn || 'default' };
  const parts = nameOrArn.split(':');
  return { region: parts[3] ?? region, name: (parts[5] ?? '').replace(/^event-bus\//, '') };
}

export function buildBusArn({ region, name }: BusAddress, accountId: string): string {
  return `arn:aws:events:${region}:${accountId}:event-bus/${name}`;
}

/** Rules of a custom bus carry its name in their ARN. */
export function buildRuleArn(bus: BusAddress, ruleName: string, accountId: string): string {
  const path = bus.name === 'default' ? ruleName : `${bus.name}/${ruleName}`;
  return `arn:aws:events:${bus.region}:${accountId}:rule/${path}`;
}
