// Bucket policies: taken as JSON, and refused when they are public where that is blocked.
import { AwsError, type PolicyDocument, type PolicyStatement } from '../../../runtime/service.ts';
import type { PublicAccessBlock } from './bucket.ts';

/** Throws `MalformedPolicy`, or `AccessDenied` for a public policy on a bucket that blocks those. */
export function checkBucketPolicy(text: string, block: PublicAccessBlock | undefined): void {
  const statements = parseStatements(text);
  if (block?.BlockPublicPolicy && statements.some(isPublic)) {
    throw new AwsError(
      'AccessDenied',
      'User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
      { status: 403 },
    );
  }
}

function parseStatements(text: string): PolicyStatement[] {
  try {
    const { Statement } = JSON.parse(text) as PolicyDocument;
    if (Statement) return [Statement].flat() as PolicyStatement[];
  } catch (cause) {
    throw new AwsError('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'", { cause });
  }
  throw new AwsError('MalformedPolicy', 'Missing required field Statement');
}

/** Allows everybody, without a condition that could narrow that down. */
function isPublic({ Effect, Principal, Condition }: PolicyStatement): boolean {
  const principals = typeof Principal === 'object' ? [Principal.AWS ?? []].flat() : [Principal];
  return Effect === 'Allow' && principals.includes('*') && Object.keys(Condition ?? {}).length === 0;
}
