// How soon Argo CD sees a commit by itself, by its own ConfigMap.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod/mini';
import { parseDuration } from './parse-duration.ts';

/** How soon Argo CD sees a commit that nobody tells it of. */
export interface ArgoCdSettings {
  readonly pollSeconds: number;
  readonly from: string;
}

const configMapSchema = z.object({
  kind: z.literal('ConfigMap'),
  metadata: z.object({ name: z.literal('argocd-cm') }),
  data: z.optional(z.record(z.string(), z.string())),
});
/** Its defaults. @see https://argo-cd.readthedocs.io/en/stable/operator-manual/argocd-cm-yaml/ */
const defaultReconciliation = '120s';
const defaultJitter = '60s';

/** Reads the ConfigMap argocd-cm among the files of a folder; without one Argo CD's defaults hold. */
export function readArgoCdSettings(directory: string): ArgoCdSettings {
  const files = existsSync(directory) ? readdirSync(directory).filter((file) => /\.ya?ml$/.test(file)) : [];
  const maps = files.flatMap((file) =>
    parseAllDocuments(readFileSync(join(directory, file), 'utf8')).flatMap((document) => {
      const parsed = configMapSchema.safeParse(document.toJSON());
      return parsed.success ? [{ file, data: parsed.data.data ?? {} }] : [];
    }),
  );
  const [found] = maps;
  const settings = found?.data ?? {};
  const interval = settings['timeout.reconciliation'] ?? defaultReconciliation;
  const jitter = settings['timeout.reconciliation.jitter'] ?? defaultJitter;
  const from = found === undefined ? "Argo CD's default" : `timeout.reconciliation of ${found.file}`;
  return { pollSeconds: parseDuration(interval) + parseDuration(jitter), from };
}
