import { type Adapter, type AdapterSource, ArgumentError, type Method, mergeAdapters } from '@scalearn/core';
import { JsonFields, jsonNumber } from '@scalearn/core/files';
import {
  adapterNameOf,
  adaptersOf,
  checkFileTarget,
  checkOptionNames,
  checkSources,
  defineMethod,
  describeAdapter,
  fileFault,
  type MethodDefinition,
  type MethodReader,
  modelMetadata,
  readSourceFolders,
  sourceFiles,
  stableStringify,
} from '@scalearn/core/methods';
import { frozenAdapter } from './frozen-adapter.ts';

export interface ProbeOptions {
  /** Frozen adapters. The paper uses one or two. */
  readonly sources: readonly AdapterSource[];
  /**
   * The constant ω_t that scales the output of each source, in the order of `sources`. The paper uses 0, 0.1, 0.3, 0.5,
   * 0.7, 0.9 and 1.
   */
  readonly omega: readonly number[];
}

/**
 * Probing: measures how scaling the output of frozen adapters affects a task (arXiv 2310.01217, section 4;
 * docs/reference/methods.md#probing). With `z = LN₂(h + x)` `[tokens, hidden]` and the same constants ω_t in every
 * layer:
 *
 * `y = LN₂(Σ_t ω_t·up_t(z) + h + x)`
 *
 * Only a new head trains. With one source, ω = 0 is the frozen encoder and ω = 1 the whole adapter. The sum of scaled
 * adapters is computed as one adapter; see {@link mergeAdapters}.
 */
export function probe(options: ProbeOptions): Method {
  checkOptionNames('probe', options, ['sources', 'omega']);
  const sources = adaptersOf(options.sources, 'a probe');
  const omega = [...options.omega];
  checkOptions(sources, omega);
  const merged = (name: string): Adapter =>
    mergeAdapters(name, sources, [Float32Array.from(omega)], { normalization: 'none' });
  return {
    name: 'probe',
    kind: 'analysis',
    headLayout: 'flexible',
    get settings() {
      return { omega, sources: sources.map(describeAdapter) };
    },
    defaults: { learningRate: 3e-4, epochs: 30, patience: 5, weightDecay: 0 },
    ...frozenAdapter('probe', (target) => {
      checkSources(sources, target);
      return merged('probe');
    }),
    merge: ({ adapterName }) => merged(adapterName),
    save: (call) => ({
      [configFile]: stableStringify({
        ...modelMetadata(call),
        // The reference's configurations hold a number for each task (docs/reference/formats.md#scalearn).
        config: Object.fromEntries(sources.map(({ name }, t) => [name, omega[t]])),
        name: sources.map(({ name }) => name).join(','),
        target: call.adapterName,
      }),
      // The reference's layout for probing one adapter.
      ...sourceFiles(sources, sources.length === 1 ? { ...call, config: { omega: omega[0] } } : call),
    }),
  };
}

const configFile = 'probe_config.json';

function checkOptions(sources: readonly Adapter[], omega: readonly number[]): void {
  if (sources.length === 0) throw new ArgumentError('a probe needs a source adapter');
  if (omega.length !== sources.length)
    throw new ArgumentError(
      `omega must have a number for each of the ${sources.length} sources, and it has ${omega.length}`,
    );
  for (const [t, value] of omega.entries())
    if (!Number.isFinite(value))
      throw new ArgumentError(`omega of '${sources[t]?.name}' must be a number, not ${value}`);
}

/** Reads the folder of a probe: its constants, and one folder per source. */
export const probeReader: MethodReader = async (folder, target) => {
  const text = await folder.text(configFile);
  if (text === undefined) return undefined;
  const where = `${folder.describe()}/${configFile}`;
  const json = JsonFields.parse(text, where);
  checkFileTarget(json, target, ['target']);
  const sources = await readSourceFolders(folder, json, true);
  const constants = json.object('config');
  constants.only(sources.map(({ name }) => name));
  const omega = sources.map(({ name }) => constants.get(name, jsonNumber));
  const method = fileFault(where, () => {
    checkSources(sources, target);
    return probe({ sources, omega });
  });
  return { adapterName: adapterNameOf(json, 'target'), method, tensors: new Map() };
};

/** The definition of {@link probe} for lists of methods. */
export const probeMethod: MethodDefinition = defineMethod({
  id: 'probe',
  title: 'Probe',
  summary: 'one or two sources times constants; only the head trains',
  kind: 'analysis',
  reference: {
    paper: 'Frohmann et al. 2024, arXiv 2310.01217, section 4',
    equation: 'y = LN₂(Σₜ ωₜ·upₜ(z) + h + x), ω constant',
    file: 'baselines/src/probe.ts',
  },
  trains: { what: 'the head alone', where: 'one or two sources times a constant', count: '0' },
  sources: { least: 1, most: 2 },
  options: {
    omega: { type: 'numbers', meaning: 'what each source is multiplied by, in their order', required: true },
  },
  make: (sources, { omega = sources.map(() => 1) }) => probe({ sources, omega }),
  reader: probeReader,
});
