// What a person reads of a message: the words of its blocks, without the markup of Block Kit.

interface TextObject {
  readonly text?: unknown;
}

interface Block {
  readonly type?: unknown;
  readonly text?: TextObject;
  readonly fields?: readonly TextObject[];
  readonly elements?: readonly (TextObject & { readonly type?: unknown })[];
  readonly accessory?: { readonly type?: unknown; readonly text?: TextObject };
}

/** One line per block, buttons in brackets; the plain text where a message has no blocks. */
export function renderText(text: string, blocks: readonly unknown[]): string {
  const lines = blocks.flatMap((block) => renderBlock((block ?? {}) as Block));
  return unescapeText((lines.length > 0 ? lines : [text]).join('\n'));
}

function renderBlock({ type, text, fields = [], elements = [], accessory }: Block): string[] {
  if (type === 'divider') return [];
  const words = [wordsOf(text), ...fields.map(wordsOf)];
  const inline = [...elements, ...(accessory ? [accessory] : [])].map((element) =>
    element.type === 'button' ? `[${wordsOf(element.text as TextObject)}]` : wordsOf(element),
  );
  return [...words, inline.filter((word) => word !== '').join(' ')].filter((line) => line !== '');
}

function wordsOf(object: TextObject | undefined): string {
  return typeof object?.text === 'string' ? object.text : '';
}

/** Links read as their label; the three escapes of Slack read as what they stand for. */
function unescapeText(text: string): string {
  return text
    .replace(/<(https?:[^|>]+)(?:\|([^>]*))?>/g, (_, url: string, label?: string) =>
      label ? `${label} (${url})` : url,
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
