// One look of Flagger at a canary, as its scheduler does it: initialize, notice a new version, shift, judge, promote or take back.
import type { ControllerContext } from '../controllers/controller.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import type { Deployment } from '../resources/workload-types.ts';
import type { ReachService } from './call-webhook.ts';
import { type Canary, maximumWeightOf, nextWeightOf, phasesUnderWay, skipsAnalysis, thresholdOf } from './canary.ts';
import { CanaryHooks } from './canary-hooks.ts';
import { CanaryRecord } from './canary-record.ts';
import { CanaryRoutes } from './canary-routes.ts';
import { enterPhase, hashSpec, syncStatus } from './canary-status.ts';
import { CanaryWorkloads } from './canary-workloads.ts';

export interface AdvanceParts extends ControllerContext {
  readonly type: ResourceType;
  readonly reach: ReachService;
  /** Whether the canary's metrics are within their ranges; says in words why not. Throws when they cannot be had. */
  judge(canary: Canary, target: Deployment): Promise<string | undefined>;
}

/** @see https://github.com/fluxcd/flagger/blob/main/pkg/controller/scheduler.go */
export class CanaryAdvancer {
  private readonly parts: AdvanceParts;
  private readonly workloads: CanaryWorkloads;
  private readonly routes: CanaryRoutes;
  private readonly record: CanaryRecord;
  private readonly hooks: CanaryHooks;

  constructor(parts: AdvanceParts) {
    this.parts = parts;
    this.workloads = new CanaryWorkloads(parts.registry);
    this.routes = new CanaryRoutes(parts.registry);
    this.record = new CanaryRecord(parts, parts.type);
    this.hooks = new CanaryHooks(parts, this.record);
  }

  /** Whether a look would do anything: Flagger looks at every interval, we leave out the looks that find nothing. */
  isThereWork(canary: Canary): boolean {
    if (canary.spec.suspend) return false;
    const target = this.workloads.findTarget(canary);
    if (target === undefined) return false;
    const { phase } = canary.status ?? {};
    const isInitialized = phase !== undefined && phase !== 'Initializing';
    return (
      !isInitialized || phasesUnderWay.includes(phase) || this.hasChanged(canary, target) || isOutdated(canary, target)
    );
  }

  async advance(canary: Canary): Promise<void> {
    if (canary.spec.suspend) return;
    const target = this.workloads.findTarget(canary);
    if (target === undefined) return;
    try {
      if (!this.initialize(canary, target)) return;
    } catch (error) {
      await this.hooks.warn(canary, error instanceof Error ? error.message : String(error));
      return;
    }
    const current = this.record.read(canary);
    const { phase } = current.status ?? {};
    // So that a version that failed can be tried again, once the target has said something else meanwhile.
    if (isOutdated(current, target))
      this.record.write(current, (status) => ({ ...status, lastAppliedSpec: hashSpec(target.spec.template) }));
    if (!phasesUnderWay.includes(phase) && !this.hasChanged(current, target)) return;
    if (!skipsAnalysis(current)) {
      const primary = this.workloads.primaryReadiness(current);
      if (!primary.ready) {
        await this.hooks.warn(current, primary.message);
        if (!primary.retriable) await this.takeBack(current, target);
        return;
      }
    }
    if (!(await this.mayGoOn(current, target))) return;
    await this.goOn(current, target);
  }

  /** Makes what a canary needs; true once it is initialized. */
  private initialize(canary: Canary, target: Deployment): boolean {
    const selector = this.workloads.selectorOf(target);
    this.routes.ensureBackends(canary, selector);
    const { phase } = canary.status ?? {};
    if (phase === undefined)
      this.record.write(canary, (status) => enterPhase(status, 'Initializing', this.record.now()));
    this.workloads.ensurePrimary(canary, target);
    const isNew = phase === undefined || phase === 'Initializing';
    if (isNew && !skipsAnalysis(canary) && !this.workloads.primaryReadiness(canary).ready) return false;
    this.routes.ensureApex(canary, selector);
    if (isNew) this.workloads.scaleToZero(canary);
    this.routes.ensureRoute(canary);
    if (!isNew) return true;
    this.record.write(canary, (status) =>
      syncStatus(status, 'Initialized', hashSpec(target.spec.template), this.record.now()),
    );
    this.record.trace(canary, 'canary-phase-changed', { phase: 'Initialized' });
    return false;
  }

  /** Notices a new version, before or during an analysis. True when there is an analysis to go on with. */
  private async mayGoOn(canary: Canary, target: Deployment): Promise<boolean> {
    const { phase } = canary.status ?? {};
    const hash = hashSpec(target.spec.template);
    if (phase === 'Progressing' || phase === 'WaitingPromotion') {
      if (!this.hasChanged(canary, target)) return true;
      await this.hooks.tell(canary, `New revision detected! Restarting analysis for ${nameOf(canary)}`);
      this.routes.setWeight(canary, 0);
      this.record.write(canary, (status) => syncStatus(status, 'Progressing', hash, this.record.now()));
      return false;
    }
    if (phase === 'Promoting' || phase === 'Finalising') return true;
    const refusal = await this.hooks.ask(canary, 'confirm-rollout', phase);
    if (refusal !== undefined) {
      if (phase !== 'Waiting') {
        this.record.enter(canary, 'Waiting');
        await this.hooks.warn(canary, `Halt ${nameOf(canary)} advancement waiting for approval ${refusal}`);
      }
      return false;
    }
    await this.hooks.tell(canary, `New revision detected! Scaling up ${nameOf(canary)}`, 'Progressing');
    this.workloads.scaleFromZero(canary, target);
    this.record.write(canary, (status) => syncStatus(status, 'Progressing', hash, this.record.now()));
    this.record.trace(canary, 'canary-phase-changed', { phase: 'Progressing' });
    return false;
  }

  private async goOn(canary: Canary, target: Deployment): Promise<void> {
    const { phase, failedChecks = 0 } = canary.status ?? {};
    const readiness = this.workloads.canaryReadiness(canary);
    if (!readiness.ready) {
      await this.hooks.warn(canary, `canary deployment ${readiness.message}`);
      if (!readiness.retriable) await this.takeBack(canary, target);
      return;
    }
    if (skipsAnalysis(canary)) return await this.promoteAtOnce(canary, target);
    const isAnalysis = phase === 'Progressing' || phase === 'WaitingPromotion';
    if (isAnalysis && (await this.hooks.isAskedBack(canary))) {
      await this.hooks.warn(canary, `Rolling back ${nameOf(canary)} manual webhook invoked`);
      return await this.takeBack(canary, target);
    }
    if (phase === 'Promoting') {
      await this.hooks.tell(canary, 'Routing all traffic to primary');
      this.routes.setWeight(canary, 0);
      return this.record.enter(canary, 'Finalising');
    }
    if (phase === 'Finalising') return await this.finish(canary, 'Promotion completed! Scaling down');
    if (isAnalysis && failedChecks >= thresholdOf(canary)) return await this.takeBack(canary, target);
    await this.analyse(canary, target);
  }

  private async analyse(canary: Canary, target: Deployment): Promise<void> {
    const weight = this.routes.readWeight(canary);
    if (weight === 0) {
      await this.hooks.tell(canary, `Starting canary analysis for ${nameOf(canary)}`);
      const refusal = await this.hooks.ask(canary, 'pre-rollout', 'Progressing');
      if (refusal !== undefined) {
        await this.hooks.warn(canary, `Halt ${nameOf(canary)} advancement pre-rollout check ${refusal} failed`);
        return this.record.countFailure(canary);
      }
    } else {
      const problem = await this.judge(canary, target);
      if (problem !== undefined) {
        await this.hooks.warn(canary, problem);
        return this.record.countFailure(canary);
      }
    }
    if (weight < maximumWeightOf(canary)) {
      const next = nextWeightOf(canary, weight);
      this.routes.setWeight(canary, next);
      this.record.write(canary, (status) => ({ ...status, canaryWeight: next, lastTransitionTime: this.record.now() }));
      this.record.trace(canary, 'canary-advanced', { weight: next });
      return await this.hooks.tell(canary, `Advance ${nameOf(canary)} canary weight ${next}`);
    }
    const refusal = await this.hooks.ask(canary, 'confirm-promotion', 'Progressing');
    if (refusal !== undefined) {
      if (canary.status?.phase === 'WaitingPromotion') return;
      this.record.enter(canary, 'WaitingPromotion');
      return await this.hooks.warn(
        canary,
        `Halt ${nameOf(canary)} advancement waiting for promotion approval ${refusal}`,
      );
    }
    await this.hooks.tell(
      canary,
      `Copying ${nameOf(canary)} template spec to ${canary.spec.targetRef.name}-primary.${canary.metadata.namespace}`,
    );
    this.workloads.promote(canary, target);
    this.record.enter(canary, 'Promoting');
  }

  private async judge(canary: Canary, target: Deployment): Promise<string | undefined> {
    const refusal = await this.hooks.ask(canary, 'rollout', 'Progressing');
    if (refusal !== undefined) return `Halt ${nameOf(canary)} advancement external check ${refusal} failed`;
    return await this.parts.judge(canary, target);
  }

  private async promoteAtOnce(canary: Canary, target: Deployment): Promise<void> {
    this.routes.setWeight(canary, 0);
    await this.hooks.tell(
      canary,
      `Copying ${nameOf(canary)} template spec to ${canary.spec.targetRef.name}-primary.${canary.metadata.namespace}`,
    );
    this.workloads.promote(canary, target);
    await this.finish(canary, 'Promotion completed! Canary analysis was skipped for');
  }

  private async finish(canary: Canary, words: string): Promise<void> {
    this.workloads.scaleToZero(canary);
    this.record.enter(canary, 'Succeeded');
    await this.hooks.ask(canary, 'post-rollout', 'Succeeded');
    await this.hooks.tell(canary, `${words} ${nameOf(canary)}`, 'Succeeded');
  }

  private async takeBack(canary: Canary, target: Deployment): Promise<void> {
    const { failedChecks = 0 } = canary.status ?? {};
    if (failedChecks >= thresholdOf(canary))
      await this.hooks.warn(canary, `Rolling back ${nameOf(canary)} failed checks threshold reached ${failedChecks}`);
    this.routes.setWeight(canary, 0);
    this.workloads.scaleToZero(canary);
    this.record.write(canary, (status) =>
      syncStatus(status, 'Failed', hashSpec(target.spec.template), this.record.now()),
    );
    this.record.trace(canary, 'canary-phase-changed', { phase: 'Failed' });
    await this.hooks.warn(canary, `Canary failed! Scaling down ${nameOf(canary)}`, 'Failed');
    await this.hooks.ask(canary, 'post-rollout', 'Failed');
  }

  /** A template that was promoted before is no new version: a rollback in the target needs no analysis. */
  private hasChanged({ status = {} }: Canary, target: Deployment): boolean {
    const hash = hashSpec(target.spec.template);
    if (status.lastAppliedSpec === undefined) return true;
    return status.lastPromotedSpec !== hash && status.lastAppliedSpec !== hash;
  }
}

/** After a failure Flagger keeps up with what the target says, whatever that is. */
function isOutdated({ status }: Canary, target: Deployment): boolean {
  return status?.phase === 'Failed' && status.lastAppliedSpec !== hashSpec(target.spec.template);
}

function nameOf({ spec, metadata }: Canary): string {
  return `${spec.targetRef.name}.${metadata.namespace}`;
}
