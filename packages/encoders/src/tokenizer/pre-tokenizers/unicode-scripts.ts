import type { PreTokenize } from './piece.ts';
export const unicodeScripts: PreTokenize = (piece, out) => out.push(piece);
