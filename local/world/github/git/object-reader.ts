// Reads git objects through one long-lived `git cat-file --batch` per repository.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { buildGitEnvironment } from './run-git.ts';

export interface GitObject {
  readonly sha: string;
  readonly type: 'blob' | 'tree' | 'commit' | 'tag';
  readonly content: Buffer;
}

interface Waiter {
  resolve(object: GitObject | undefined): void;
  reject(error: Error): void;
}

export class ObjectReader {
  readonly #directory: string;
  readonly #waiters: Waiter[] = [];
  #child: ChildProcessWithoutNullStreams | undefined;
  #received = Buffer.alloc(0);

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The object of that name (an id, or any revision such as `main:path`); undefined when there is none. */
  async find(name: string): Promise<GitObject | undefined> {
    // The protocol is line by line, so no such name can be asked for; none can exist as a ref either.
    if (/[\n\0]/.test(name)) return undefined;
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#start().stdin.write(`${name}\n`);
    });
  }

  /** Ends the process; a later `find` starts a new one. */
  close(): void {
    this.#child?.stdin.end();
    this.#child = undefined;
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child) return this.#child;
    const child = spawn('git', ['cat-file', '--batch'], { env: buildGitEnvironment(this.#directory), stdio: 'pipe' });
    this.#child = child;
    const fail = (error: Error) => {
      if (this.#child === child) this.#child = undefined;
      this.#received = Buffer.alloc(0);
      for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    };
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    child.once('error', fail);
    child.once('close', (code) => fail(new Error(`git cat-file ended with ${code} in ${this.#directory}`)));
    return child;
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const lineEnd = this.#received.indexOf(10);
      if (lineEnd < 0) return;
      const [, sha = '', type, size] =
        /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(this.#received.toString('utf8', 0, lineEnd)) ?? [];
      const contentEnd = size === undefined ? lineEnd : lineEnd + 1 + Number(size);
      // The content is followed by a line feed of its own.
      if (this.#received.length < contentEnd + 1) return;
      const content = Buffer.from(this.#received.subarray(lineEnd + 1, contentEnd));
      this.#received = this.#received.subarray(contentEnd + 1);
      this.#waiters
        .shift()
        ?.resolve(size === undefined ? undefined : { sha, type: type as GitObject['type'], content });
    }
  }
}
