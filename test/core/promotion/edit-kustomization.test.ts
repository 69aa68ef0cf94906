// Tests of core/promotion/edit-kustomization.ts.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { editKustomization, readDigests } from '../../../core/promotion/edit-kustomization.ts';
import { digestA, digestB } from './promotion-builder.ts';

const file = `# What runs in dev.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../../base] # all of them

images:
  # the front door
  - name: ghcr.io/pyairtable/api-gateway
    newTag: "bootstrap" # by hand
  - name: ghcr.io/pyairtable/mcp-server
    newTag: bootstrap
patches:
  - path: a-very-long-path-that-must-not-be-folded/because-lines-beyond-eighty-characters-are-no-problem/patch.yaml
`;
const change = { image: 'ghcr.io/pyairtable/api-gateway', digest: digestA, tag: 'sha-a' };

describe('editKustomization', () => {
  it('changes the one entry and keeps comments, order and style of all else', () => {
    expect(editKustomization(file, [change])).toBe(
      file.replace('    newTag: "bootstrap" # by hand\n', `    newTag: sha-a # by hand\n    digest: ${digestA}\n`),
    );
  });

  it('returns the very same text when it says so already', () => {
    const once = editKustomization(file, [change]);
    expect(editKustomization(once, [change])).toBe(once);
  });

  it('replaces tag and digest together', () => {
    const twice = editKustomization(editKustomization(file, [change]), [{ ...change, digest: digestB, tag: 'sha-b' }]);
    expect(readDigests(twice)).toEqual({ 'ghcr.io/pyairtable/api-gateway': digestB });
    expect(twice).toContain('newTag: sha-b # by hand');
    expect(twice).not.toContain('sha-a');
  });

  it('adds an entry, and the list, where there is none', () => {
    const edited = editKustomization('kind: Kustomization\n', [change]);
    expect(edited).toBe(
      `kind: Kustomization\nimages:\n  - name: ghcr.io/pyairtable/api-gateway\n    newTag: sha-a\n    digest: ${digestA}\n`,
    );
  });

  it.each([
    ['lists that are not indented', 'images:\n- name: ghcr.io/pyairtable/api-gateway\n  newTag: x', '\n  digest: '],
    ['entries on one line', 'images: [{ name: ghcr.io/pyairtable/api-gateway, newTag: x }]\n', ', digest: '],
  ])('knows %s', (_, text, added) => {
    const edited = editKustomization(text, [change]);
    expect(edited).toContain(`${added}${digestA}`);
    expect(readDigests(edited)).toEqual({ 'ghcr.io/pyairtable/api-gateway': digestA });
  });

  it('writes a tag that looks like a number so that it stays text', () => {
    const edited = editKustomization(file, [{ ...change, tag: '1.10' }]);
    expect(edited).toContain('newTag: "1.10" # by hand');
  });

  it('edits each shipped overlay that names images as they are in one place only', () => {
    for (const environment of ['dev', 'prod']) {
      const before = readFileSync(`gitops/overlays/${environment}/kustomization.yaml`, 'utf8');
      const after = editKustomization(before, [change]).split('\n');
      const added = after.filter((line) => !before.split('\n').includes(line));
      expect(added).toEqual(['    newTag: sha-a', `    digest: ${digestA}`]);
      expect(after).toHaveLength(before.split('\n').length + 1);
    }
  });

  it.each([['- a list'], ['images: {a: 1}'], ['a: [1']])('refuses %s', (text) => {
    expect(() => editKustomization(text, [change])).toThrow(expect.objectContaining({ name: 'InvalidInputError' }));
  });
});
