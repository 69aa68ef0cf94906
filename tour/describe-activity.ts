// One readable line for each activity that a spectator cares about; the rest of the trace stays silent.
import colors from 'picocolors';
import type { Activity } from '../local/trace/trace.ts';

type Describe = (activity: Activity) => string | undefined;

const lines: Readonly<Record<string, Describe>> = {
  'github/commit-pushed': ({ subject, details }) =>
    line('GitHub', `${short(details.after)} pushed to ${subject}: ${firstLine(details.message)}`),
  'github/workflow-run-completed': ({ subject, details }) =>
    line('GitHub', `build of ${subject}: ${details.conclusion}`),
  'github/deployment-status-created': ({ subject, details }) =>
    line('GitHub', `deployment ${subject}: ${details.state}`),
  'github/commit-status-created': ({ subject, details }) =>
    line('GitHub', `commit status of ${subject}: ${details.state}`),
  'github/deployment-protection-answered': ({ subject, details }) =>
    line('GitHub', `a job that waits for ${subject} is ${details.state}: ${firstLine(details.comment)}`),
  'registry/image-pushed': ({ subject, details }) =>
    line('Registry', `${subject} is ${short(String(details.digest).replace('sha256:', ''))}`),
  'apigateway/request-answered': ({ subject, details }) =>
    line('Ingress', `${subject} answered ${details.status} in ${Math.round(Number(details.durationMilliseconds))} ms`),
  'events/rule-matched': ({ subject, details }) =>
    subject.endsWith('everything-is-recorded')
      ? undefined
      : line('Bus', `${details.detailType} matches rule ${subject}`),
  'states/execution-started': ({ subject }) => line('Workflow', `${colors.bold(subject)} started`),
  'states/state-entered': ({ subject }) => line('Workflow', `  ${subject.split('/').at(-1)}`),
  'states/task-failed': ({ subject, details }) =>
    line('Workflow', colors.yellow(`  ${subject} failed: ${details.error ?? ''} ${details.cause ?? ''}`)),
  'states/execution-succeeded': ({ subject }) => line('Workflow', colors.green(`${subject} succeeded`)),
  'states/execution-failed': ({ subject, details }) =>
    line('Workflow', colors.red(`${subject} failed: ${details.error ?? ''} ${details.cause ?? ''}`)),
  'argocd/notification-failed': ({ subject, details }) =>
    line('Argo CD', colors.yellow(`${subject} could not be told: ${details.error ?? ''}`)),
  'argocd/application-synced': ({ subject, details }) =>
    line('Argo CD', `${subject} synced to ${short(details.revision)}`),
  'argocd/application-status-changed': ({ subject, details }) =>
    line('Argo CD', `${subject} is ${details.sync}, ${details.health}`),
  'flagger/canary-phase-changed': ({ subject, details }) =>
    line(
      'Flagger',
      details.phase === 'Failed' ? colors.red(`${subject} has failed`) : `${subject} is ${details.phase}`,
    ),
  'flagger/canary-advanced': ({ subject, details }) =>
    line('Flagger', `${subject} gets ${details.weight} % of the users`),
  'flagger/canary-warning': ({ details }) => line('Flagger', colors.yellow(firstLine(details.message))),
  'slack/button-pressed': ({ details }) => line('Slack', `${details.user} presses ${details.action}`),
  'kubernetes/rollout-completed': ({ subject }) => line('Kubernetes', `rollout of ${subject} completed`),
  'kubernetes/rollout-failed': ({ subject }) => line('Kubernetes', colors.red(`rollout of ${subject} failed`)),
  'kubernetes/pod-crashed': ({ subject }) => line('Kubernetes', colors.red(`${subject} crashed`)),
  'slack/message-posted': ({ subject, details }) => line('Slack', `${subject}: ${firstLine(details.text)}`),
  'slack/message-updated': ({ subject, details }) => line('Slack', `${subject} (edited): ${firstLine(details.text)}`),
  'pager-duty/incident-triggered': ({ subject, details }) =>
    line('PagerDuty', colors.red(`${subject}: ${firstLine(details.summary)}`)),
  'pager-duty/incident-resolved': ({ subject }) => line('PagerDuty', `${subject} resolved`),
  'lambda/invocation-failed': ({ subject, details }) =>
    line('Lambda', colors.yellow(`${subject} failed: ${details.errorType ?? ''} ${details.errorMessage ?? ''}`)),
  'runtime/access-denied': ({ details }) =>
    line('IAM', colors.red(`denied ${details.action} on ${details.resource} to ${details.principal}`)),
};

/** Undefined for what a spectator need not see. */
export function describeActivity(activity: Activity): string | undefined {
  return lines[`${activity.service}/${activity.name}`]?.(activity);
}

function line(who: string, what: string): string {
  return `${colors.cyan(who.padEnd(10))} ${what}`;
}

function short(id: unknown): string {
  return String(id).slice(0, 7);
}

function firstLine(text: unknown): string {
  return String(text ?? '').split('\n')[0] ?? '';
}
