// Amazon Resource Names, split into their parts.

export interface ArnParts {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  /** All after the fifth colon; may hold colons and slashes. */
  readonly resource: string;
}

/** The parts of `arn:partition:service:region:account:resource`; undefined when the text is no ARN. */
export function findArnParts(text: string): ArnParts | undefined {
  const [arn, partition = '', service = '', region = '', accountId = '', ...rest] = text.split(':');
  if (arn !== 'arn' || rest.length === 0) return undefined;
  return { partition, service, region, accountId, resource: rest.join(':') };
}

/** How a session of a role is named: `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
export function buildSessionArn(accountId: string, roleArn: string, sessionName: string): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleArn.split('/').at(-1)}/${sessionName}`;
}
