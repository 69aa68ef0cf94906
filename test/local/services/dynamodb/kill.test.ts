import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createDynamodbModule } from '../../../../local/services/dynamodb/module.ts';
import { openRuntime } from '../service-runtime.ts';

const WRITER = join(import.meta.dirname, 'killed-writer.mjs');

describe('after kill -9 among transactions', () => {
  it('each acknowledged one is there and none is there by half', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dynamodb-kill-'));
    const writer = spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const chunk of writer.stdout) {
      output += String(chunk);
      if (output.split('\n').length > 200) writer.kill('SIGKILL');
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
    expect(writer.signalCode).toBe('SIGKILL');
    const acknowledged = output.split('\n').slice(0, -1);

    const runtime = await openRuntime([createDynamodbModule], folder);
    const { Items } = await runtime.call<{ Items: { id: { S: string } }[] }>('dynamodb', 'Scan', {
      TableName: 'things',
    });
    const ids = new Set(Items.map(({ id }) => id.S));
    for (const name of acknowledged) {
      expect(ids.has(`${name}-left`)).toBe(true);
      expect(ids.has(`${name}-right`)).toBe(true);
    }
    for (const id of ids)
      expect(ids.has(id.replace(/(left|right)$/, (side) => (side === 'left' ? 'right' : 'left')))).toBe(true);
  });
});
