// Random passwords as GetRandomPassword makes them.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
import { randomInt } from 'node:crypto';
import { AwsError } from '../../runtime/service.ts';

export interface PasswordSettings {
  readonly PasswordLength?: number | undefined;
  readonly ExcludeCharacters?: string | undefined;
  readonly ExcludeNumbers?: boolean | undefined;
  readonly ExcludePunctuation?: boolean | undefined;
  readonly ExcludeUppercase?: boolean | undefined;
  readonly ExcludeLowercase?: boolean | undefined;
  readonly IncludeSpace?: boolean | undefined;
  readonly RequireEachIncludedType?: boolean | undefined;
}

const defaultLength = 32;
const longest = 4_096;

/** Throws AwsError when the exclusions leave nothing to choose from. */
export function generatePassword(settings: PasswordSettings): string {
  const { PasswordLength: length = defaultLength } = settings;
  const kinds = listKinds(settings);
  if (kinds.length === 0 || length < kinds.length || length > longest) {
    throw new AwsError(
      'InvalidParameterException',
      `PasswordLength must be between ${Math.max(1, kinds.length)} and ${longest} with at least one kind of character left, got ${length} and ${kinds.length} kinds.`,
    );
  }
  const pick = (characters: string): string => characters.charAt(randomInt(characters.length));
  const required = settings.RequireEachIncludedType === false ? [] : kinds.map(pick);
  const password = [...required];
  while (password.length < length) password.push(pick(kinds.join('')));
  for (let index = password.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [password[index], password[other]] = [password[other] ?? '', password[index] ?? ''];
  }
  return password.join('');
}

function listKinds(settings: PasswordSettings): string[] {
  const kinds: [boolean | undefined, string][] = [
    [settings.ExcludeLowercase, 'abcdefghijklmnopqrstuvwxyz'],
    [settings.ExcludeUppercase, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    [settings.ExcludeNumbers, '0123456789'],
    [settings.ExcludePunctuation, '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    [settings.IncludeSpace !== true, ' '],
  ];
  const excluded = settings.ExcludeCharacters ?? '';
  return kinds
    .filter(([isExcluded]) => isExcluded !== true)
    .map(([, characters]) => [...characters].filter((character) => !excluded.includes(character)).join(''))
    .filter((characters) => characters !== '');
}
