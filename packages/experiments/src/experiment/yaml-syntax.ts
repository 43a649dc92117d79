import type { YAMLError } from 'yaml';

type Code = YAMLError['code'];

/** A part of a YAML document that is not accepted, with its position. */
export class YamlFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Describes a YAML syntax error in one plain sentence. @param text the whole file */
export function syntaxFault({ code, message, pos: [offset] }: YAMLError, text: string): YamlFault {
  const [, end] = /end with a (.)$/.exec(message) ?? [];
  if (end !== undefined)
    return new YamlFault(`a bracket that was opened before is not closed; add ${end}`, offset);
  if (code === 'MISSING_CHAR') return new YamlFault(missing(message), offset);
  if (code === 'UNEXPECTED_TOKEN') return new YamlFault(unexpected(text, offset), offset);
  return new YamlFault(sentences[code] ?? noYaml, offset);
}

const noYaml =
  'this is not YAML; look at the quotation marks, the brackets and the indentation here and in the line before';
const anchors = 'what begins with & or * stands for a value said elsewhere; put a name in quotation marks';

const sentences: Readonly<Partial<Record<Code, string>>> = {
  ALIAS_PROPS: anchors,
  BAD_ALIAS: anchors,
  BAD_COLLECTION_TYPE: 'what begins with ! is a tag, and it is not of this value; leave it out',
  BAD_DIRECTIVE: 'a line that begins with % is for YAML itself; remove it',
  BAD_DQ_ESCAPE: 'a backslash in "…" begins nothing that is known; write two, or put the text in \'…\'',
  BAD_INDENT: 'the indentation differs from that of the other entries; begin all entries in one column',
  BAD_PROP_ORDER: anchors,
  BAD_SCALAR_START: 'a text must not begin with this character; put it in quotation marks',
  BLOCK_AS_IMPLICIT_KEY:
    'there is a second colon or a list on this line; put each key on a line of its own, or the text in quotation marks',
  BLOCK_IN_FLOW:
    'in brackets this cannot stand here; a comma or the closing bracket may be missing before it',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters; a quotation mark may not be closed before it',
  MULTILINE_IMPLICIT_KEY:
    'a key must stand on one line; a colon may be missing here or in the line before, as in key: value',
  MULTIPLE_ANCHORS: anchors,
  MULTIPLE_DOCS: 'a second document begins here; remove what follows, or the line ---',
  MULTIPLE_TAGS: 'a value has two tags, which begin with !; leave them out',
  TAB_AS_INDENT: 'this line is indented with a tab; use blanks',
  TAG_RESOLVE_FAILED: 'what begins with ! is a tag, and it is not known; leave it out',
};

function missing(message: string): string {
  const [, quote] = /^Missing closing (['"])/.exec(message) ?? [];
  if (quote !== undefined) return `a quotation mark that was opened before is not closed; add ${quote}`;
  if (message.startsWith('Missing ,')) return 'a comma is missing between two entries in brackets';
  if (message.startsWith('Missing space after :')) return 'a blank is missing after the colon';
  if (message.startsWith('Implicit map keys')) return 'a colon is missing after a key, as in key: value';
  if (message.startsWith('Sequence item')) return "an entry of a list must begin with '- '";
  if (message.startsWith('Comments')) return 'a blank is missing before #';
  return noYaml;
}

function unexpected(text: string, offset: number): string {
  const character = text.slice(offset).match(/^\S/u)?.[0];
  if (character === undefined) return noYaml;
  return `'${character}' does not belong here; remove it, or put the text that it is part of in quotation marks`;
}
