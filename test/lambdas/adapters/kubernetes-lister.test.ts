import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../core/app-error.ts';
import type { KubernetesAnswer } from '../../../lambdas/adapters/kubernetes-client.ts';
import { AnswerTooLargeError } from '../../../lambdas/adapters/kubernetes-client.ts';
import { listCollection } from '../../../lambdas/adapters/kubernetes-lister.ts';

const page = (names: string[], token?: string) => ({
  status: 200,
  body: JSON.stringify({ metadata: { continue: token }, items: names.map((name) => ({ metadata: { name } })) }),
});
const failure = (status: number) => ({ status, body: '{}' });

/** Answers one after the other; `asked` are the queries. */
function open(answers: (ReturnType<typeof page> | Error)[]) {
  const asked: URLSearchParams[] = [];
  const client = async ({ path }: { path: string }): Promise<KubernetesAnswer> => {
    asked.push(new URL(path, 'http://cluster').searchParams);
    const answer = answers[asked.length - 1];
    if (answer === undefined) throw new Error('asked too often');
    if (answer instanceof Error) throw answer;
    return { ...answer, durationMilliseconds: 1 };
  };
  const list = async () =>
    (await listCollection(client, '/api/v1/namespaces/shop/secrets', { waitMilliseconds: 1 }))?.map(
      ({ metadata }) => metadata.name,
    );
  return { asked, list };
}

describe('a collection', () => {
  it('is read page by page', async () => {
    const { asked, list } = open([page(['a', 'b'], 't1'), page(['c'], 't2'), page([])]);
    expect(await list()).toEqual(['a', 'b', 'c']);
    expect(asked.map((query) => query.get('continue'))).toEqual([null, 't1', 't2']);
  });

  it('that expires half-way is begun anew, not mended', async () => {
    const { list } = open([page(['a'], 't1'), failure(410), page(['a2'], 't2'), page(['b2'])]);
    expect(await list()).toEqual(['a2', 'b2']);
  });

  it('that expires every time is given up', async () => {
    const { list } = open(Array.from({ length: 4 }, () => [page(['a'], 't'), failure(410)]).flat());
    await expect(list()).rejects.toMatchObject({ name: 'UpstreamUnavailableError', message: /expired 4 times/ });
  });

  it('waits when it is asked to slow down, and over a fault of the cluster', async () => {
    const { list } = open([failure(429), failure(500), page(['a'], 't'), failure(503), page(['b'])]);
    expect(await list()).toEqual(['a', 'b']);
  });

  it.each([
    [429, 'ThrottledError'],
    [500, 'UpstreamUnavailableError'],
  ])('fails after five answers of %d as %s', async (status, name) => {
    await expect(open(Array.from({ length: 5 }, () => failure(status))).list()).rejects.toMatchObject({ name });
  });

  it('asks for less when an answer is too large', async () => {
    const tooLarge = new AppError('UpstreamUnavailableError', 'no', { cause: new AnswerTooLargeError() });
    const { asked, list } = open([tooLarge, page(['a'], 't'), page(['b'])]);
    expect(await list()).toEqual(['a', 'b']);
    expect(asked.map((query) => query.get('limit'))).toEqual(['500', '50', '50']);
  });

  it('of a kind that the cluster does not know is undefined, of one that we may not read an error', async () => {
    expect(await open([failure(404)]).list()).toBeUndefined();
    await expect(open([failure(403)]).list()).rejects.toMatchObject({
      name: 'ForbiddenError',
      message: expect.stringContaining('configuration-backups.yaml'),
    });
  });
});
