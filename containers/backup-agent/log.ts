// The agent's log: one JSON object a line, as the cluster's collectors read it.

export function log(
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  process.stdout.write(
    `${JSON.stringify({ timestamp: new Date().toISOString(), level, service: 'backup-agent', message, ...fields })}\n`,
  );
}

/** For a rejection that changes nothing of the outcome: people who look for a reason still find it. */
export function logFailure(what: string): (error: unknown) => undefined {
  return (error) => {
    log('warn', `${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
}
