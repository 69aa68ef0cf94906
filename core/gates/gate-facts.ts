// Everything that gates look at, gathered before they are asked.
import type { EnvironmentConfiguration } from '../../config/schema.ts';
import type { BuildResult, Promotion, ResolvedService } from '../../contracts/workflows/promotion.ts';
import type { Wish } from '../promotion/decide-newest.ts';
import type { FreezeWindow } from './find-freeze.ts';
import type { DatabaseChanges } from './restore-proven.ts';

/** Gates are for moves forward only: a rollback is no value of this type, so none can be asked about one. */
export type ForwardMove = Promotion & { readonly change?: never };

/** Something that may be unknown: then a gate says so instead of guessing. */
export type Fact<T> = { readonly known: T } | { readonly unknown: string };

/** A successful deployment of the digest in the environment before, and until when it was the one that ran there. */
export interface EarlierRun {
  readonly healthySince: string;
  /** Absent: it runs there now. */
  readonly replacedAt?: string;
}

export interface OpenIncident {
  readonly environment: string;
  readonly services: readonly string[];
  readonly reason: string;
  readonly openedAt: string;
}

export interface FiringAlert {
  readonly name: string;
  readonly service: string;
  readonly startsAt: string;
}

/** What somebody attests of a digest; `undefined` where nobody is asked. */
export interface Attestation {
  readonly isAccepted: boolean;
  readonly words: string;
}

export interface GateFacts {
  readonly promotion: ForwardMove;
  readonly services: readonly ResolvedService[];
  readonly build: BuildResult | undefined;
  readonly target: EnvironmentConfiguration;
  /** The time now, ISO 8601. */
  readonly now: string;
  /** By service: why its digest must not run. */
  readonly quarantines: Readonly<Record<string, string>>;
  /** By service: the newest wish known. */
  readonly newestWishes: Readonly<Record<string, Wish>>;
  /** The environment before this one; undefined when it is the first. */
  readonly previous: string | undefined;
  /** By service: runs of its digest there; none when it has not run there. */
  readonly earlierRuns: Fact<Readonly<Record<string, readonly EarlierRun[]>>>;
  readonly incidents: Fact<readonly OpenIncident[]>;
  /** Critical ones of this environment. */
  readonly alerts: Fact<readonly FiringAlert[]>;
  readonly freezes: Fact<readonly FreezeWindow[]>;
  /** Other executions that change something in the environment now. */
  readonly otherRollouts: Fact<number>;
  /** By service: whether the registry still has the digest. */
  readonly images: Readonly<Record<string, Fact<boolean>>>;
  /** By service; undefined when no key is configured. */
  readonly signatures: Readonly<Record<string, Fact<Attestation>>> | undefined;
  /** By service; undefined when nobody provides it. */
  readonly securityEvidence: Readonly<Record<string, Fact<Attestation>>> | undefined;
  readonly migrations: Readonly<Record<string, Fact<Attestation>>> | undefined;
  /** What the release changes in databases, and whether these can be restored; undefined when nobody provides it. */
  readonly databaseChanges: Fact<DatabaseChanges> | undefined;
}
