// How long a presigned URL is good.
import { describe, expect, it } from '@jest/globals';
import { findCredentialScope } from '../../../local/protocol/credential-scope.ts';

const signedAt = Date.UTC(2026, 10, 23, 20, 0, 0);
const expiryOf = (service: string) => {
  const credential = `AKIA/20261123/eu-west-1/${service}/aws4_request`;
  const query = { 'X-Amz-Credential': credential, 'X-Amz-Date': '20261123T200000Z', 'X-Amz-Expires': '60' };
  return findCredentialScope({}, new URLSearchParams(query))?.expiresAt;
};

describe('a presigned URL', () => {
  it('is good as long as it says', () => expect(expiryOf('s3')).toBe(signedAt + 60_000));

  it('of STS is good for 15 minutes whatever it says', () => expect(expiryOf('sts')).toBe(signedAt + 900_000));
});
