// The agent's log: one JSON object a line, as the cluster's collectors read it.

export function log(level: 'info' | 'error', message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  process.stdout.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'backup-agent', message, ...fields })}\n`,
  );
}
