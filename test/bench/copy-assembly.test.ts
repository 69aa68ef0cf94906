// The assembly that the bench measures: the real one but for one setting.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { copyAssemblyWithoutThrottle } from '../../bench/webhook-end-to-end/copy-assembly.ts';

it('takes the throttle of HTTP APIs out of a copy, and leaves everything else and the original alone', () => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-assembly-'));
  try {
    const stage = (extra: object) => ({
      Type: 'AWS::ApiGatewayV2::Stage',
      Properties: { StageName: '$default', ...extra },
    });
    const other = { Type: 'AWS::SQS::Queue', Properties: { DefaultRouteSettings: 'no stage' } };
    const throttle = { DefaultRouteSettings: { ThrottlingRateLimit: 200 } };
    const original = { Resources: { Stage: stage(throttle), Other: other } };
    const file = 'app.template.json';
    writeFileSync(join(directory, file), JSON.stringify(original));
    const copy = `${directory}-copy`;
    copyAssemblyWithoutThrottle(directory, copy);
    expect(JSON.parse(readFileSync(join(copy, file), 'utf8'))).toEqual({
      Resources: { Stage: stage({}), Other: other },
    });
    expect(JSON.parse(readFileSync(join(directory, file), 'utf8'))).toEqual(original);
    rmSync(copy, { recursive: true });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
