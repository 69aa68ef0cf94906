// Reads YAML, which is slow: the same files come again for each overlay and each look at a repository, so texts are remembered.
import { parseAllDocuments } from 'yaml';

export interface YamlDocument {
  readonly value: unknown;
  /** The first thing that is wrong with it, in one line. */
  readonly error: string | undefined;
}

/** What a whole GitOps repository has, and some of its past. */
const maximumTexts = 1_000;

/** By text, the one that was asked for last at the end. */
const remembered = new Map<string, readonly YamlDocument[]>();

/** The documents of a YAML text; each caller gets values of its own. */
export function parseYamlDocuments(text: string): readonly YamlDocument[] {
  const documents = remembered.get(text) ?? read(text);
  remembered.delete(text);
  remembered.set(text, documents);
  const [oldest] = remembered.keys();
  if (remembered.size > maximumTexts && oldest !== undefined) remembered.delete(oldest);
  return documents.map(({ value, error }) => ({ value: structuredClone(value), error }));
}

/** The one document of a YAML text. Throws Error saying what is wrong with it. */
export function parseYaml(text: string): unknown {
  const [document, ...others] = parseYamlDocuments(text);
  if (document?.error !== undefined) throw new Error(document.error);
  if (others.length > 0) throw new Error(`one document is expected, got ${others.length + 1}`);
  return document?.value ?? null;
}

function read(text: string): readonly YamlDocument[] {
  return parseAllDocuments(text).map((document) => ({
    value: document.errors.length > 0 ? undefined : (document.toJS() as unknown),
    error: document.errors[0]?.message.split('\n')[0],
  }));
}
