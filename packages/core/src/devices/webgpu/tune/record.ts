import { ScalearnError } from '../../../errors.ts';
import {
  JsonFields,
  jsonBoolean,
  jsonExactly,
  jsonList,
  jsonNumber,
  jsonRecord,
  jsonShape,
  jsonText,
} from '../../../files/json-fields.ts';
import type { AdapterDescription } from '../adapter.ts';
import type { TuningStore } from './store.ts';

/** The tile that measurements chose for a product. */
export interface TunedProduct {
  /** Name of the tile. */
  readonly tile: string;
  /** Hash of the texts of all kernels that could be chosen. Measurements of other texts say nothing. */
  readonly kernels: string;
  /** Milliseconds of the chosen tile; 0 if nothing was measured. */
  readonly milliseconds: number;
  /** Milliseconds of the tile that is used without measurements; 0 if it was not measured. */
  readonly usual: number;
  /** Whether all candidates were tried. */
  readonly isComplete: boolean;
}

/** A kernel that is never used again on an adapter. */
export interface StruckKernel {
  /** Name of the product. */
  readonly product: string;
  /** Name of the tile. */
  readonly tile: string;
  /** Hash as in {@link TunedProduct}. */
  readonly kernels: string;
  /** What happened when it was tried. */
  readonly reason: string;
}

/** A kernel that is tried now. If its process ends meanwhile, the kernel is to blame. */
interface Trial extends Omit<StruckKernel, 'reason'> {
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** What is known about the kernels on one adapter with one driver. */
export interface TuningRecord {
  /** Names of the adapter and its driver. */
  readonly adapter: string;
  /** The choice for each product, by its name. */
  readonly products: Readonly<Record<string, TunedProduct>>;
  /** Kernels that failed. */
  readonly struck: readonly StruckKernel[];
  /** The kernel that a process tries just now; absent if none does. */
  readonly trying?: Trial;
}

const version = 1;

/** Milliseconds after which a trial has not ended but its process has. */
const longestTrial = 30_000;

class TuningRecordError extends ScalearnError {
  override name = 'TuningRecordError';
}

const isStruck = { product: jsonText, tile: jsonText, kernels: jsonText, reason: jsonText };
const { reason: _, ...trial } = isStruck;
const isTuned = jsonShape({
  ...{ tile: jsonText, kernels: jsonText, milliseconds: jsonNumber, usual: jsonNumber },
  isComplete: jsonBoolean,
});

/** The part of a description of an adapter that decides the speed of kernels. */
function adapterName({ vendor, architecture, device, description }: AdapterDescription): string {
  return [vendor, architecture, device, description].join(' | ');
}

/** Returns the first 16 hexadecimal digits of a text's SHA-256. */
export async function hashText(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The record of an adapter in a store. */
export class StoredRecord {
  readonly #store: TuningStore;
  readonly #name: string;
  #record: TuningRecord;

  private constructor(store: TuningStore, name: string, record: TuningRecord) {
    this.#store = store;
    this.#name = name;
    this.#record = record;
  }

  /**
   * Reads what is known about an adapter. A record that is damaged or of another version is replaced at the next change:
   * everything in it can be measured again. A kernel whose trial never ended is struck out.
   */
  static async read(store: TuningStore, adapter: AdapterDescription): Promise<StoredRecord> {
    const name = `webgpu-${await hashText(adapterName(adapter))}`;
    // A store that fails loses only what would have been kept.
    const text = await store.read(name).catch(() => undefined);
    const empty: TuningRecord = { adapter: adapterName(adapter), products: {}, struck: [] };
    const stored = new StoredRecord(store, name, (text !== undefined && parseRecord(text)) || empty);
    const { trying } = stored.#record;
    if (trying && Date.now() - trying.since > longestTrial)
      await stored.strike(trying, 'it ended its process');
    return stored;
  }

  get current(): TuningRecord {
    return this.#record;
  }

  async begin(trying: Omit<Trial, 'since'>): Promise<void> {
    await this.#change({ trying: { ...trying, since: Date.now() } });
  }

  /** Ends a trial of which nothing is kept. */
  async end(): Promise<void> {
    await this.#change({});
  }

  async strike({ product, tile, kernels }: Omit<StruckKernel, 'reason'>, reason: string): Promise<void> {
    const others = this.#record.struck.filter((each) => each.product !== product || each.tile !== tile);
    await this.#change({ struck: [...others, { product, tile, kernels, reason }] });
  }

  async choose(product: string, tuned: TunedProduct): Promise<void> {
    await this.#change({ products: { ...this.#record.products, [product]: tuned } });
  }

  /** Every change but the beginning of a trial ends the trial. */
  async #change(change: Partial<TuningRecord>): Promise<void> {
    const { trying: _ended, ...rest } = this.#record;
    this.#record = { ...rest, ...change };
    const text = `${JSON.stringify({ version, ...this.#record }, undefined, 2)}\n`;
    await this.#store.write(this.#name, text).catch(() => {});
  }
}

/** Reads what was measured on an adapter with its driver. Nothing is measured. */
export async function readTuning(store: TuningStore, adapter: AdapterDescription): Promise<TuningRecord> {
  return (await StoredRecord.read(store, adapter)).current;
}

function parseRecord(text: string): TuningRecord | undefined {
  try {
    const json = JsonFields.parse(text, 'the record of kernels', TuningRecordError);
    json.get('version', jsonExactly(version));
    const trying = json.take('trying', jsonShape({ ...trial, since: jsonNumber }), undefined);
    return {
      adapter: json.get('adapter', jsonText),
      products: json.get('products', jsonRecord(isTuned)),
      struck: json.get('struck', jsonList(jsonShape(isStruck))),
      ...(trying && { trying }),
    };
  } catch (error) {
    if (error instanceof TuningRecordError) return undefined;
    throw error;
  }
}
