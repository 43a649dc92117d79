import {
  ArgumentError,
  type FileSet,
  type Method,
  readSourceFolder,
  type SourceAdapter,
} from '@scalearn/core';
import { JsonFields, jsonList, jsonNumber, jsonShape, jsonText } from '@scalearn/core/files';
import {
  checkFileTarget,
  checkSources,
  describeAdapter,
  fileFault,
  isLora,
  type MethodReader,
  type MethodTarget,
  modelMetadata,
  type SaveCall,
  sourceFiles,
  stableStringify,
  storedSource,
} from '@scalearn/core/methods';
import { frozenAdapter } from './frozen-adapter.ts';

/** The weight of one source in a combination. */
export interface Share {
  readonly name: string;
  readonly weight: number;
}

/** Returns the weights of sources with the sources' names and checksums. */
export function sharesOf(sources: readonly SourceAdapter[], weights: readonly number[]): readonly Share[] {
  return sources.map((source, t) => ({ name: describeAdapter(source), weight: weights[t] as number }));
}

/** Returns the settings of a combination that only its weights distinguish. */
export const shareSettings = (shares: readonly Share[]): Record<string, unknown> => ({ sources: shares });

/** A method whose model is one frozen adapter made of the sources. Only the head trains. */
export interface Combination {
  /** Name of the method. */
  readonly id: string;
  /** The file of its folder that holds the weights of the sources. */
  readonly configFile: string;
  readonly shares: readonly Share[];
  /** Whether the sources are LoRAs. */
  readonly ofLoras: boolean;
  /** Returns settings that distinguish combinations. */
  settings(): Readonly<Record<string, unknown>>;
  /** Returns the combined adapter. @throws ArgumentError if the sources do not fit the encoder or each other */
  adapterFor(target: MethodTarget): SourceAdapter;
}

/** Returns the method of a combination. Its folder is that of an adapter, with the weights of the sources. */
export function combinedSources({
  id,
  configFile,
  shares,
  ofLoras,
  settings,
  adapterFor,
}: Combination): Method {
  const named = (call: SaveCall): SourceAdapter => ({ ...adapterFor(call), name: call.adapterName });
  return {
    name: id,
    kind: 'two-stage',
    headLayout: 'static',
    ...(ofLoras ? { usesTransformersHead: true as const } : {}),
    get settings() {
      return settings();
    },
    defaults: { learningRate: 3e-4, epochs: 30, patience: 5, weightDecay: 0, evalBatchSize: 128 },
    ...frozenAdapter(id, adapterFor),
    adapter: named,
    merge: named,
    ...(ofLoras ? { fold: foldLora(named) } : {}),
    save: (call) => ({
      ...adapterFolder(named(call), call),
      [configFile]: stableStringify({ ...modelMetadata(call), name: call.adapterName, sources: shares }),
    }),
  };
}

/** Returns the files of an adapter without a folder of its own. */
function adapterFolder(adapter: SourceAdapter, call: SaveCall): FileSet {
  const start = `${adapter.name}/`.length;
  const files = Object.entries(sourceFiles([adapter], call));
  return Object.fromEntries(files.map(([path, content]) => [path.slice(start), content]));
}

function foldLora(named: (call: SaveCall) => SourceAdapter): Required<Method>['fold'] {
  return (call, weights) => {
    const { method, tensors } = storedSource(named(call), call.encoder);
    if (!method.fold) throw new ArgumentError(`a ${method.name} is not a change of the encoder's weights`);
    return method.fold({ ...call, tensors }, weights);
  };
}

/** Returns the reader of the folders that {@link combinedSources} writes. */
export function combinationReader(
  { id, configFile, ofLoras }: Pick<Combination, 'id' | 'configFile' | 'ofLoras'>,
  settingsOf: (shares: readonly Share[], adapter: SourceAdapter) => Readonly<Record<string, unknown>>,
): MethodReader {
  return async (folder, target) => {
    const text = await folder.text(configFile);
    if (text === undefined) return undefined;
    const where = `${folder.describe()}/${configFile}`;
    const json = JsonFields.parse(text, where);
    checkFileTarget(json, target, ['sources']);
    const shares = json.get('sources', jsonList(share));
    const adapter = await readSourceFolder(folder);
    if (isLora(adapter) !== ofLoras)
      throw json.error(`the adapter beside it is ${ofLoras ? 'no LoRA' : 'a LoRA'}`);
    fileFault(folder.describe(), () => checkSources([adapter], target));
    return {
      adapterName: adapter.name,
      method: combinedSources({
        ...{ id, configFile, ofLoras, shares },
        settings: () => settingsOf(shares, adapter),
        adapterFor: () => adapter,
      }),
      tensors: new Map(),
    };
  };
}

const share = jsonShape({ name: jsonText, weight: jsonNumber });
