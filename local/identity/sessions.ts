// Role sessions: access keys, their secrets and what they stand for.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { Credentials } from '../runtime/context.ts';
import { AwsError } from '../runtime/service.ts';
import type { Store, Table } from '../storage/store.ts';

export interface Session {
  readonly roleArn: string;
  readonly name: string;
  /** Milliseconds since the epoch; absent for a session that lasts as long as its process. */
  readonly expiresAt?: number;
}

/** Access key ids as STS makes them: `ASIA` and sixteen letters of base 32; ours begin so that no real one is taken for them. */
const keyPrefix = 'ASIALOCAL';
const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Keeps which access key stands for which role session; durable, so that a process outlives a restart with its keys. */
export class Sessions {
  readonly #clock: Clock;
  readonly #sessions: Table<Session>;
  readonly #signingKey: Buffer;

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    this.#sessions = store.table('sts/sessions');
    const keys = store.table<string>('sts/signing-key');
    let signingKey = keys.get('key');
    if (signingKey === undefined) {
      signingKey = randomBytes(32).toString('base64');
      keys.put('key', signingKey);
    }
    this.#signingKey = Buffer.from(signingKey, 'base64');
  }

  /** The same credentials for the same role and name, each time. */
  open(roleArn: string, name: string): Credentials {
    const accessKeyId = buildAccessKeyId(`${roleArn}\n${name}`);
    if (!this.#sessions.has(accessKeyId)) this.#sessions.put(accessKeyId, { roleArn, name });
    return this.#credentials(accessKeyId);
  }

  /** Fresh credentials that end at `expiresAt` (milliseconds since the epoch). */
  openUntil(expiresAt: number, roleArn: string, name: string): Credentials {
    this.#forgetExpired();
    const accessKeyId = buildAccessKeyId(randomBytes(16).toString('hex'));
    this.#sessions.put(accessKeyId, { roleArn, name, expiresAt });
    return this.#credentials(accessKeyId);
  }

  /** The session of an access key; undefined for a key that was not issued here. Throws AwsError when it has ended. */
  find(accessKeyId: string): Session | undefined {
    if (!accessKeyId.startsWith(keyPrefix)) return undefined;
    const session = this.#sessions.get(accessKeyId);
    if (session === undefined) {
      throw new AwsError('InvalidClientTokenId', 'The security token included in the request is invalid.', {
        status: 403,
      });
    }
    if (session.expiresAt !== undefined && session.expiresAt <= this.#clock.now()) {
      throw new AwsError('ExpiredToken', 'The security token included in the request is expired', { status: 403 });
    }
    return session;
  }

  /** The secret of a key issued here. */
  findSecretAccessKey(accessKeyId: string): string | undefined {
    return this.#sessions.has(accessKeyId) ? this.#derive('secret', accessKeyId) : undefined;
  }

  #credentials(accessKeyId: string): Credentials {
    return {
      accessKeyId,
      secretAccessKey: this.#derive('secret', accessKeyId),
      sessionToken: this.#derive('token', accessKeyId),
    };
  }

  #derive(purpose: string, accessKeyId: string): string {
    return createHmac('sha256', this.#signingKey).update(`${purpose} ${accessKeyId}`).digest('base64').slice(0, 40);
  }

  /** Keeps an ended session for a day, so that its holder is told that it has expired. */
  #forgetExpired(): void {
    const before = this.#clock.now() - 86_400_000;
    for (const [accessKeyId, session] of [...this.#sessions.entries()]) {
      if (session.expiresAt !== undefined && session.expiresAt < before) this.#sessions.delete(accessKeyId);
    }
  }
}

function buildAccessKeyId(seed: string): string {
  const digest = createHash('sha256').update(seed).digest();
  const letters = [...digest.subarray(0, 20 - keyPrefix.length)].map((byte) => base32[byte % 32]);
  return keyPrefix + letters.join('');
}
