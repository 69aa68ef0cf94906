import { describe, expect, it } from '@jest/globals';
import { escapeHtml } from '../../contracts/escape-html.ts';

describe('text of others in a page of ours', () => {
  it('cannot open an element, end an attribute or begin an entity', () => {
    expect(escapeHtml(`<a title="x" id='y'>&amp;`)).toBe('&lt;a title=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;');
  });

  it('cannot turn a line around or break it', () => {
    expect(escapeHtml('app\u202Emoc\n\u0000')).toBe('app moc  ');
  });
});
