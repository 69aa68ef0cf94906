// How a canary's people and programs are asked and told: Flagger's webhooks, and Kubernetes events.
import type { ControllerContext } from '../controllers/controller.ts';
import { recordEvent } from '../controllers/record-event.ts';
import { buildPayload, callWebhook, type ReachService } from './call-webhook.ts';
import type { Canary, CanaryPhase, CanaryWebhook, WebhookType } from './canary.ts';
import type { CanaryRecord } from './canary-record.ts';

interface HookParts extends ControllerContext {
  readonly reach: ReachService;
}

export class CanaryHooks {
  private readonly parts: HookParts;
  private readonly record: CanaryRecord;

  constructor(parts: HookParts, record: CanaryRecord) {
    this.parts = parts;
    this.record = record;
  }

  /** The name of the first webhook of the type that says no, or does not answer. */
  async ask(canary: Canary, type: WebhookType, phase: CanaryPhase | undefined): Promise<string | undefined> {
    for (const webhook of listWebhooks(canary, type)) {
      try {
        await callWebhook(this.parts.reach, webhook, buildPayload(canary, phase, webhook.metadata));
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        this.record.trace(canary, 'canary-gate-closed', { type, words });
        return webhook.name;
      }
    }
    return undefined;
  }

  /** Whether somebody wants it rolled back by a webhook. */
  async isAskedBack(canary: Canary): Promise<boolean> {
    for (const webhook of listWebhooks(canary, 'rollback')) {
      const phase = canary.status?.phase;
      try {
        await callWebhook(this.parts.reach, webhook, buildPayload(canary, phase, webhook.metadata));
        await this.warn(canary, `Rollback check ${webhook.name} passed`);
        return true;
      } catch {
        await this.tell(canary, `Rollback hook ${webhook.name} not signaling a rollback`);
      }
    }
    return false;
  }

  async tell(canary: Canary, message: string, phase?: CanaryPhase): Promise<void> {
    await this.announce(canary, 'Normal', message, phase);
  }

  async warn(canary: Canary, message: string, phase?: CanaryPhase): Promise<void> {
    await this.announce(canary, 'Warning', message, phase);
  }

  private async announce(canary: Canary, type: 'Normal' | 'Warning', message: string, phase?: CanaryPhase) {
    recordEvent(this.parts.registry, canary, { type, reason: 'Synced', message, component: 'flagger' });
    this.record.trace(canary, type === 'Warning' ? 'canary-warning' : 'canary-event', { message });
    for (const webhook of listWebhooks(canary, 'event')) {
      const metadata = {
        ...webhook.metadata,
        eventMessage: message,
        eventType: type,
        timestamp: String(this.parts.clock.now()),
      };
      const payload = buildPayload(canary, phase ?? this.record.read(canary).status?.phase, metadata);
      // What cannot be told is lost, as with Flagger: whoever waits for it looks again by himself.
      await callWebhook(this.parts.reach, webhook, payload).catch((error: unknown) => {
        this.record.trace(canary, 'canary-event-not-told', {
          error: error instanceof Error ? error.message : String(error),
        });
      });
    }
  }
}

function listWebhooks({ spec }: Canary, type: WebhookType): CanaryWebhook[] {
  return (spec.analysis?.webhooks ?? []).filter((webhook) => (webhook.type ?? 'rollout') === type);
}
