import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Failure } from './messages.ts';
import { type Files, utf8 } from './target.ts';

/** An input on which a parser once failed. */
export interface Found {
  readonly name: string;
  readonly target: string;
  readonly kind: string;
  readonly files: Files;
}

const folder = fileURLToPath(new URL('../found/', import.meta.url));

type Stored = { readonly text: string } | { readonly base64: string };

function stored(bytes: Uint8Array): Stored {
  const text = new TextDecoder().decode(bytes);
  const isText = Buffer.from(text).equals(bytes) && !/[^\P{Cc}\n\t]/u.test(text);
  return isText ? { text } : { base64: Buffer.from(bytes).toString('base64') };
}

/** Stores an input as a file. @returns its name */
export function keep(target: string, { kind, files }: Failure): string {
  const entries = Object.entries(files).map(([name, bytes]) => [name, stored(bytes)] as const);
  const json = `${JSON.stringify({ target, kind, files: Object.fromEntries(entries) }, null, 2)}\n`;
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 8);
  const name = `${target}-${hash}.json`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${name}`, json);
  return name;
}

/** Returns all stored inputs. */
export function allFound(): Found[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { target, kind, files } = JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as {
        readonly target: string;
        readonly kind: string;
        readonly files: Readonly<Record<string, Stored>>;
      };
      const bytes = (file: Stored): Uint8Array =>
        'text' in file ? utf8(file.text) : new Uint8Array(Buffer.from(file.base64, 'base64'));
      const entries = Object.entries(files).map(([each, file]) => [each, bytes(file)] as const);
      return { name, target, kind, files: Object.fromEntries(entries) };
    });
}
