// Which applications need not be polled: their source is watched, and git was asked since the watch began.
import type { Application } from './application.ts';
import type { GitSource } from './git-source.ts';

interface SourceWatch {
  readonly source: string;
  readonly end: () => void;
  isConfirmed: boolean;
}

export class SourceWatches {
  private readonly git: GitSource;
  private readonly stopped: AbortSignal;
  private readonly watches = new Map<string, SourceWatch>();

  constructor(git: GitSource, stopped: AbortSignal) {
    this.git = git;
    this.stopped = stopped;
    stopped.addEventListener('abort', () => {
      for (const name of [...this.watches.keys()]) this.forget(name);
    });
  }

  /** Before git is asked, so that nothing is missed in between. `onChange` is called once for each watch that begins. */
  async begin({ metadata, spec }: Application, onChange: () => void): Promise<void> {
    const { name } = metadata;
    const source = JSON.stringify(spec.source);
    if (this.watches.get(name)?.source === source) return;
    this.forget(name);
    const { repoURL, targetRevision = 'HEAD' } = spec.source;
    const end = await this.git.watchRevision(repoURL, targetRevision, () => {
      this.watches.delete(name);
      onChange();
    });
    if (this.stopped.aborted) end?.();
    else if (end !== undefined) this.watches.set(name, { source, end, isConfirmed: false });
  }

  /** Git was asked since `begin` and had nothing new. */
  confirm(name: string): void {
    const watch = this.watches.get(name);
    if (watch !== undefined) watch.isConfirmed = true;
  }

  /** Whether somebody will tell when git has something new. */
  suffices(name: string): boolean {
    return this.watches.get(name)?.isConfirmed === true;
  }

  forget(name: string): void {
    this.watches.get(name)?.end();
    this.watches.delete(name);
  }
}
