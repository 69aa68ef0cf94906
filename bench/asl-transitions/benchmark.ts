// How fast the interpreter goes from state to state, and what its JSONata costs.
import type { Benchmark } from '../benchmark.ts';
import { buildFigure, compete, median } from '../compare.ts';
import { openContestant } from '../contestant.ts';
import { findPeer, installNpmPeer, PeerMissing } from '../install-peer.ts';
import { loopingExpressions, measureExpressions, plainExpressions } from './measure-expressions.ts';

const version = '3.0.0';
const peer = `aws-local-stepfunctions ${version}`;
const largestOverhead = 1.3;

export const aslTransitions: Benchmark = {
  name: 'asl-transitions',
  async *run({ isQuick, progress, afterwards }) {
    const milliseconds = isQuick ? 150 : 1_500;
    const other = await findPeer(() =>
      installNpmPeer('aws-local-stepfunctions', { 'aws-local-stepfunctions': version }),
    );
    const ours = await openContestant<number, number>(new URL('./engine-program.ts', import.meta.url));
    afterwards(ours.close);
    const theirs =
      other instanceof PeerMissing
        ? undefined
        : await openContestant<number, number>(new URL('./aws-local-stepfunctions-program.ts', import.meta.url), {
            settings: { module: other.resolve('aws-local-stepfunctions') },
          });
    if (theirs) afterwards(theirs.close);
    const runOurs = () => ours.round(milliseconds);
    const runPeer = theirs && (() => theirs.round(milliseconds));
    progress('a Pass, a Choice and a Map of ten tasks, in memory: ours in JSONata, the peer in JSONPath');
    await compete(1, runOurs, runPeer);
    const results = await compete(5, runOurs, runPeer);
    yield buildFigure({
      name: 'asl-transitions',
      value: median(results.ours),
      unit: 'transitions/s',
      peer,
      peerValue: results.peer && median(results.peer),
      aim: '>= 1 x',
      isMet: (ratio) => ratio >= 1,
    });
    if (other instanceof PeerMissing) yield { name: 'asl-transitions', skipped: peer, why: other.message };
    progress('the expressions of the workflows, with our bounds and with the jsonata package alone');
    yield await measureOverhead('asl-jsonata plain', plainExpressions, milliseconds);
    yield await measureOverhead('asl-jsonata loops', loopingExpressions, milliseconds);
  },
};

async function measureOverhead(name: string, expressions: readonly string[], milliseconds: number) {
  const { ours, raw } = await measureExpressions(expressions, milliseconds);
  return buildFigure({
    name,
    value: 1e6 / ours,
    unit: 'µs/expression',
    peer: 'jsonata 2.0.6 alone, unbounded',
    peerValue: 1e6 / raw,
    aim: `<= ${largestOverhead} x`,
    isMet: (ratio) => ratio <= largestOverhead,
  });
}
