// The gates by name: what an environment may ask for, and what people may overrule.

/** Names of the gates that an environment may ask for; each one is a pure decision in `core/gates`. */
export const gateNames = [
  'build-succeeded',
  'image-available',
  'image-signed',
  'security-evidence',
  'migration-compatible',
  'restore-proven',
  'not-quarantined',
  'tested-before',
  'soaked',
  'no-open-incident',
  'not-frozen',
  'within-rollout-limit',
  'newest-desired',
] as const;
export type GateName = (typeof gateNames)[number];

/** Those that two people may overrule for a time. A quarantine is lifted instead; a missing image or build cannot be overruled. */
export const overridableGates = [
  'image-signed',
  'security-evidence',
  'migration-compatible',
  'restore-proven',
  'tested-before',
  'soaked',
  'no-open-incident',
  'not-frozen',
  'within-rollout-limit',
] as const satisfies readonly (typeof gateNames)[number][];
export type OverridableGate = (typeof overridableGates)[number];
