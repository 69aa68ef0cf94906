// Step EvaluateGates of promote-release.
import { evaluateGatesTask } from '../../contracts/workflows/gate-verdicts.ts';
import { AppError } from '../../core/app-error.ts';
import { judgePromotion } from '../../core/promotion/judge-promotion.ts';
import { connectGitHub } from '../adapters/connect-github.ts';
import { connectLedger } from '../adapters/connect-ledger.ts';
import { connectGates } from '../gates/connect-gates.ts';
import { readConfiguration } from '../platform/configuration.ts';
import { defineTask } from '../platform/define-handler.ts';
import { readEnvironment } from '../platform/environment.ts';

const environment = readEnvironment([
  'LEDGER_TABLE_NAME',
  'GITHUB_SECRET_ID',
  'REGISTRY_SECRET_ID',
  'ADDRESSES_PARAMETER_PATH',
]);
const configuration = readConfiguration();
const ledger = connectLedger(environment.LEDGER_TABLE_NAME);
const ports = connectGates(configuration, environment, ledger, connectGitHub(environment));

/** Asks every gate that the environment names; the verdicts stand in the execution's history. */
export const handler = defineTask({
  ...evaluateGatesTask,
  async handle({ promotion: { change, ...promotion }, askedAt, ...asked }) {
    if (change === 'rollback')
      throw new AppError('InvalidInputError', 'a rollback passes no gates: they are for moves forward');
    return await judgePromotion(configuration, ports, { ...asked, promotion, now: askedAt, build: asked.build });
  },
});
