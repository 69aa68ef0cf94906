// Reads the members of a JSON request body, refusing wrong ones in GitHub's words.
import { GitHubError } from './github-error.ts';

export class RequestBody {
  readonly members: Readonly<Record<string, unknown>>;

  constructor(members: Readonly<Record<string, unknown>>) {
    this.members = members;
  }

  /** Throws 400 for what is not a JSON object; an empty body has no members. */
  static parse(bytes: Buffer): RequestBody {
    if (bytes.length === 0) return new RequestBody({});
    let value: unknown;
    try {
      value = JSON.parse(bytes.toString('utf8'));
    } catch {
      throw new GitHubError(400, 'Problems parsing JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new GitHubError(400, 'Body should be a JSON object');
    }
    return new RequestBody(value as Record<string, unknown>);
  }

  has(name: string): boolean {
    return this.members[name] !== undefined;
  }

  /** Throws 422 when absent or not a string. */
  string(name: string): string {
    const value = this.optionalString(name);
    if (value === undefined) throw new GitHubError(422, `Invalid request.\n\n"${name}" wasn't supplied.`);
    return value;
  }

  /** Undefined when absent or null. */
  optionalString(name: string): string | undefined {
    return this.#optional(name, 'string', (value) => typeof value === 'string');
  }

  optionalBoolean(name: string): boolean | undefined {
    return this.#optional(name, 'boolean', (value) => typeof value === 'boolean');
  }

  optionalStrings(name: string): readonly string[] | undefined {
    return this.#optional(
      name,
      'array',
      (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    );
  }

  objects(name: string): readonly RequestBody[] {
    const value = this.#optional<readonly Record<string, unknown>[]>(
      name,
      'array',
      (list) => Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null),
    );
    if (!value) throw new GitHubError(422, `Invalid request.\n\n"${name}" wasn't supplied.`);
    return value.map((members) => new RequestBody(members));
  }

  optionalObject(name: string): RequestBody | undefined {
    const value = this.#optional<Record<string, unknown>>(
      name,
      'object',
      (item) => typeof item === 'object' && !Array.isArray(item),
    );
    return value && new RequestBody(value);
  }

  /** A string out of a list; the first of the list is not a default. */
  oneOf<Allowed extends string>(name: string, allowed: readonly Allowed[]): Allowed {
    const value = this.string(name);
    const match = allowed.find((item) => item === value);
    if (match === undefined) {
      throw new GitHubError(
        422,
        `Invalid request.\n\nNo subschema in "anyOf" matched.\n${JSON.stringify(value)} is not a member of ${JSON.stringify(allowed)}.`,
      );
    }
    return match;
  }

  #optional<T>(name: string, type: string, isRight: (value: unknown) => boolean): T | undefined {
    const value = this.members[name];
    if (value === undefined || value === null) return undefined;
    if (isRight(value)) return value as T;
    throw new GitHubError(
      422,
      `Invalid request.\n\nFor 'properties/${name}', ${JSON.stringify(value)} is not ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}.`,
    );
  }
}
