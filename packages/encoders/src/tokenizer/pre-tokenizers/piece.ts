/** A part of a text that later steps split further. */
export interface Piece {
  readonly text: string;
  /** Number of UTF-16 units at its start that come from the first character of the original text; mostly 0. */
  readonly lead: number;
}

/** Splits a piece and appends the parts to `out`. Pieces are never empty. */
export type PreTokenize = (piece: Piece, out: Piece[]) => void;

/** A pre-tokenizer read from a tokenizer.json. */
export interface PreTokenizer {
  readonly preTokenize: PreTokenize;
  /** Whether it uses `lead`. Otherwise `lead` may be any number. */
  readonly usesLead: boolean;
}

/** Returns the part of a piece from one position to another. */
export function cut({ text, lead }: Piece, start: number, end: number): Piece {
  return { text: text.slice(start, end), lead: Math.max(0, Math.min(end, lead) - start) };
}
