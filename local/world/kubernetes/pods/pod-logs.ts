// What containers print: in memory for simulated ones, in files for real processes.
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from '../resources/workload-types.ts';

type Listener = { onData: (chunk: Buffer) => void; ended: () => void };

export class PodLogs {
  private readonly directory: string;
  private readonly listeners = new Map<string, Set<Listener>>();

  /** Logs are kept in that directory, one file per pod and start of its container. */
  constructor(directory: string) {
    this.directory = directory;
    mkdirSync(directory, { recursive: true });
  }

  /** `attempt` counts the container's restarts. */
  append(pod: Pod, attempt: number, text: string | Buffer): void {
    appendFileSync(this.path(pod.metadata.uid, attempt), text);
    const chunk = Buffer.from(text);
    for (const { onData } of this.listeners.get(pod.metadata.uid) ?? []) onData(chunk);
  }

  /** Undefined when the container has not printed anything. */
  async find(pod: Pod, attempt: number): Promise<Buffer | undefined> {
    const path = this.path(pod.metadata.uid, attempt);
    return existsSync(path) ? await readFile(path) : undefined;
  }

  follow(pod: Pod, listener: Listener): () => void {
    const listeners = this.listeners.get(pod.metadata.uid) ?? new Set();
    listeners.add(listener);
    this.listeners.set(pod.metadata.uid, listeners);
    return () => listeners.delete(listener);
  }

  /** Tells followers that the container has ended. */
  end(pod: Pod): void {
    for (const { ended } of this.listeners.get(pod.metadata.uid) ?? []) ended();
    this.listeners.delete(pod.metadata.uid);
  }

  private path(uid: string, attempt: number): string {
    return join(this.directory, `${uid}.${attempt}.log`);
  }
}
