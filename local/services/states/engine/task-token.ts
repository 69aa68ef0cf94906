// Task tokens: they name the attempt that waits, and cannot be guessed.
import { randomUUID } from 'node:crypto';

export interface TaskTokenContent {
  readonly executionArn: string;
  readonly path: string;
  readonly secret: string;
}

/** A fresh token for an attempt of a task. */
export function createTaskToken(executionArn: string, path: string): string {
  const content: TaskTokenContent = { executionArn, path, secret: randomUUID() };
  return Buffer.from(JSON.stringify([content.executionArn, content.path, content.secret])).toString('base64url');
}

/** What a token says; undefined for a text that is not a token. */
export function findTaskTokenContent(token: string): TaskTokenContent | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (!Array.isArray(parts) || parts.length !== 3 || !parts.every((part) => typeof part === 'string'))
      return undefined;
    const [executionArn, path, secret] = parts as [string, string, string];
    return executionArn.startsWith('arn:') ? { executionArn, path, secret } : undefined;
  } catch {
    return undefined;
  }
}
