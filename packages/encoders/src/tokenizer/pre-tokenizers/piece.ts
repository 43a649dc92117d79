/** A part of a text that later steps split further. */
export interface Piece {
  readonly text: string;
  /** How many UTF-16 units at its start stand for the first character of the original text; mostly 0. */
  readonly lead: number;
}

/** A step that cuts a piece into pieces and appends them to `out`. Empty pieces are never given nor appended. */
export type PreTokenize = (piece: Piece, out: Piece[]) => void;

/** A pre-tokenizer as it was read. */
export interface PreTokenizer {
  readonly preTokenize: PreTokenize;
  /** Whether it looks at `lead`; where it does not, any number will do. */
  readonly usesLead: boolean;
}

/** The part of a piece from one position to another. */
export function cut({ text, lead }: Piece, start: number, end: number): Piece {
  return { text: text.slice(start, end), lead: Math.max(0, Math.min(end, lead) - start) };
}
