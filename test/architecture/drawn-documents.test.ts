// What is drawn in docs/ is what the sources say now: `npm run draw` brings it up to date.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { drawRuntimeReference, runtimeReferenceFile } from '../../scripts/draw-runtime-reference.ts';
import { drawWorkflowPage, listWorkflowPages } from '../../scripts/draw-workflow-page.ts';

describe('docs/workflows', () => {
  it.each(listWorkflowPages().map((page) => [page.name, page] as const))('draws %s as it is', (_name, page) => {
    expect(existsSync(page.file)).toBe(true);
    expect(readFileSync(page.file, 'utf8')).toBe(drawWorkflowPage(page));
  });
});

describe('docs/local-runtime-reference.md', () => {
  it('lists what the runtime serves', async () => {
    expect(readFileSync(runtimeReferenceFile, 'utf8')).toBe(await drawRuntimeReference());
  });
});
