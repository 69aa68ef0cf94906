// The drawn parts of a workflow's page: the diagram of its state machine and the JSON Schema of what a person may ask for.
import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { configurationBackupRequestSchema } from '../contracts/workflows/back-up-configuration.ts';
import { backupRequestSchema } from '../contracts/workflows/back-up-database.ts';
import { certificateCheckRequestSchema } from '../contracts/workflows/check-certificates.ts';
import { failOverRequestSchema } from '../contracts/workflows/fail-over.ts';
import { promotionRequestSchema } from '../contracts/workflows/promote-release.ts';
import { drillRequestSchema } from '../contracts/workflows/recovery-drill.ts';
import { renewalRequestSchema } from '../contracts/workflows/renew-certificate.ts';
import { restoreRequestSchema } from '../contracts/workflows/restore-database.ts';
import { rollbackRequestSchema } from '../contracts/workflows/rollback-release.ts';
import { verificationRequestSchema } from '../contracts/workflows/verify-backup.ts';
import { drawWorkflow, type StateMachineDefinition } from './draw-workflow.ts';

export interface WorkflowPage {
  readonly name: string;
  readonly file: URL;
}

const stateMachines = new URL('../state-machines/', import.meta.url);
const requestSchemas: Readonly<Record<string, z.ZodMiniType>> = {
  'fail-over': failOverRequestSchema,
  'recovery-drill': drillRequestSchema,
  'back-up-configuration': configurationBackupRequestSchema,
  'back-up-database': backupRequestSchema,
  'check-certificates': certificateCheckRequestSchema,
  'promote-release': promotionRequestSchema,
  'restore-database': restoreRequestSchema,
  'renew-certificate': renewalRequestSchema,
  'rollback-release': rollbackRequestSchema,
  'verify-backup': verificationRequestSchema,
};

/** One page for each state machine. */
export function listWorkflowPages(): readonly WorkflowPage[] {
  return readdirSync(stateMachines)
    .filter((file) => file.endsWith('.asl.json'))
    .map((file) => file.replace('.asl.json', ''))
    .map((name) => ({ name, file: new URL(`../docs/workflows/${name}.md`, import.meta.url) }));
}

/** The page as it should be: what stands between its markers is drawn anew. @throws Error when a marker is missing. */
export function drawWorkflowPage({ name, file }: WorkflowPage): string {
  const definition = JSON.parse(
    readFileSync(new URL(`${name}.asl.json`, stateMachines), 'utf8'),
  ) as StateMachineDefinition;
  const { diagram, rescue } = drawWorkflow(definition);
  const words =
    rescue === undefined
      ? 'A dotted arrow is taken on an error.'
      : `A dotted arrow is taken on an error. Not drawn: any other error of a task leads to \`${rescue}\`, unless the task is best effort.`;
  const page = replaceDrawn(readFileSync(file, 'utf8'), 'diagram', `\`\`\`mermaid\n${diagram}\n\`\`\`\n\n${words}`);
  const schema = requestSchemas[name];
  if (schema === undefined) return page;
  return replaceDrawn(
    page,
    'request',
    `\`\`\`json\n${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n\`\`\``,
  );
}

function replaceDrawn(page: string, part: string, drawn: string): string {
  const begin = `<!-- begin ${part}: npm run draw -->`;
  const end = `<!-- end ${part} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no part between ${begin} and ${end}: add both lines`);
  return `${page.slice(0, from + begin.length)}\n${drawn}\n${page.slice(to)}`;
}
