import { type JsonFields, jsonList, jsonObject } from '../files/json-fields.ts';
import { shown } from '../files/shown.ts';

/** Names of adapter kinds by the `adapters` library's identifiers, old and new. */
const identifiers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    pfeiffer: 'bottleneck',
    seq_bn: 'bottleneck',
    houlsby: 'double bottleneck (Houlsby)',
    double_seq_bn: 'double bottleneck (Houlsby)',
    parallel: 'parallel bottleneck',
    par_bn: 'parallel bottleneck',
    scaled_parallel: 'parallel bottleneck',
    scaled_par_bn: 'parallel bottleneck',
    'pfeiffer+inv': 'invertible bottleneck',
    seq_bn_inv: 'invertible bottleneck',
    'houlsby+inv': 'invertible double bottleneck (Houlsby)',
    double_seq_bn_inv: 'invertible double bottleneck (Houlsby)',
    compacter: 'Compacter',
    'compacter++': 'Compacter++',
    prefix_tuning: 'prefix tuning',
    prefix_tuning_flat: 'prefix tuning',
    prompt_tuning: 'prompt tuning',
    lora: 'LoRA',
    adalora: 'AdaLoRA',
    mtl_lora: 'MTL-LoRA',
    ia3: '(IA)³',
    vera: 'VeRA',
    dora: 'DoRA',
    dvora: 'DVoRA',
    loreft: 'LoReFT',
    noreft: 'NoReFT',
    direft: 'DiReFT',
    reft: 'ReFT',
    mam: 'MAM (prefix tuning and parallel bottleneck)',
    unipelt: 'UniPELT (LoRA, prefix tuning and gated bottleneck)',
  }),
);

/** Returns the name of a kind by the library's identifier. */
export const kindOfIdentifier = (identifier: string): string =>
  identifiers.get(identifier) ?? `unknown kind ${shown(identifier)}`;

/** Returns the name of a kind of the PEFT library by its `peft_type`. */
export function kindOfPeft(type: unknown): string {
  const identifier = typeof type === 'string' ? type.toLowerCase() : '';
  return identifiers.get(identifier) ?? shown(type);
}

/** Values of a field that does not apply. */
const absent: ReadonlySet<unknown> = new Set([undefined, null, false, 0, '']);

/** Returns the name of an adapter's kind; "bottleneck" for a plain Pfeiffer adapter. */
export function kindOfAdapter(config: JsonFields): string {
  const architecture = config.raw('architecture') ?? null;
  if (architecture === 'union') return unionKind(config);
  if (architecture === 'lora') return loraKind(config);
  if (architecture !== null)
    return typeof architecture === 'string'
      ? kindOfIdentifier(architecture)
      : `unknown kind ${shown(architecture)}`;
  const has = (key: string): boolean => !absent.has(config.raw(key));
  if (has('phm_layer')) return has('mh_adapter') ? 'Compacter' : 'Compacter++';
  const words = [
    ...(has('inv_adapter') || has('invertible_adapter') ? ['invertible'] : []),
    ...(has('use_gating') ? ['gated'] : []),
    ...(has('is_parallel') ? ['parallel'] : []),
    ...(has('mh_adapter') && has('output_adapter') ? ['double'] : []),
    'bottleneck',
    ...(has('mh_adapter') && has('output_adapter') ? ['(Houlsby)'] : []),
  ];
  return words.join(' ');
}

function loraKind(config: JsonFields): string {
  if (config.raw('composition_mode') === 'scale') return '(IA)³';
  const isVera = typeof config.raw('vera_d') === 'number' || typeof config.raw('vera_b') === 'number';
  if (config.raw('use_dora') === true) return isVera ? 'DVoRA' : 'DoRA';
  return isVera ? 'VeRA' : 'LoRA';
}

/** Returns the name of a union of several kinds, such as MAM and UniPELT. */
function unionKind(config: JsonFields): string {
  const parts = config.take('configs', jsonList(jsonObject), []).slice(0, 8);
  const kinds = parts.map((_, i) => {
    const architecture = parts[i]?.architecture;
    const known = typeof architecture === 'string' ? kindOfIdentifier(architecture) : undefined;
    return known ?? (parts[i]?.is_parallel === true ? 'parallel bottleneck' : 'bottleneck');
  });
  const gated = parts.some((part) => part.use_gating === true);
  const named = gated
    ? 'UniPELT: '
    : kinds.includes('parallel bottleneck') && kinds.includes('prefix tuning')
      ? 'MAM: '
      : '';
  return `union (${named}${kinds.join(', ') || 'of nothing'})`;
}
