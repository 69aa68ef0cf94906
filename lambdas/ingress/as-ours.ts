// Keeps a fault of ours from looking like one of the sender.
import { AppError } from '../../core/app-error.ts';

/** Senders drop what a 4xx answers: whatever goes wrong on our side, a lost permission too, must be a 5xx. */
export async function asOurs<T>(words: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new AppError('UpstreamUnavailableError', words, { cause });
  }
}
