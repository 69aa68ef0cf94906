// Whoever is woken by an alarm finds its heading in the runbook.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const root = new URL('../..', import.meta.url);

it('has a heading for every alarm, with its meaning, where to look and what to do', () => {
  const constructs = ['lib/constructs/', 'lib/stacks/'].flatMap((folder) =>
    readdirSync(new URL(folder, root)).map((file) => readFileSync(new URL(folder + file, root), 'utf8')),
  );
  const anchors = constructs.flatMap((text) =>
    [...text.matchAll(/runbook: '([a-z0-9-]+)'/g)].map(([, anchor]) => String(anchor)),
  );
  const sections = readFileSync(new URL('docs/runbook.md', root), 'utf8').split(/^## /m).slice(1);
  const byAnchor = new Map(
    sections.map((section) => [section.split('\n')[0]?.toLowerCase().replaceAll(' ', '-'), section]),
  );
  expect(anchors.length).toBeGreaterThan(3);
  for (const anchor of anchors) {
    for (const part of ['**What it means.**', '**Look.**', '**Do.**'])
      expect(byAnchor.get(anchor) ?? `no ${anchor}`).toContain(part);
  }
});
