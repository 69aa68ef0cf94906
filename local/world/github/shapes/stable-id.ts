// Numbers and node ids that a name always gets, in every run.
import { createHash } from 'node:crypto';

/** A positive number of up to nine digits, the same for the same text. */
export function stableId(text: string): number {
  return (createHash('sha256').update(text).digest().readUInt32BE(0) % 900_000_000) + 10_000_000;
}

/** An opaque global id as GitHub's GraphQL API has it. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64');
}

/** Times as GitHub writes them: whole seconds, UTC. */
export function formatTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
