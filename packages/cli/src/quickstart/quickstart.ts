import { resolve } from 'node:path';
import { sourceTasks } from '@scalearn/assets-mini';
import type { DeviceChoice } from '@scalearn/core';
import { loadTask, type Task } from '@scalearn/datasets';
import { loadEncoder } from '@scalearn/encoders';
import { StoppedError } from '@scalearn/experiments';
import { type MiniAssets, miniAssets, readSources, storedArchitecture } from '@scalearn/experiments/runs';
import { openDevice } from '../devices/open-device.ts';
import type { Terminal } from '../output/terminal.ts';
import { compare } from './compare.ts';
import { QuickstartFolder } from './folder.ts';
import type { Workshop } from './models.ts';
import { jsonOutput, quietOutput, textOutput } from './output.ts';
import { type QuickstartPlan, quickstartMethods, plan as usualPlan } from './plan.ts';
import { describeMachine } from './results.ts';

export interface QuickstartArguments {
  readonly out: string;
  readonly target?: string;
  readonly rows?: number;
  readonly seeds?: number;
  readonly fast?: boolean;
  readonly all?: boolean;
  readonly device?: DeviceChoice;
  readonly overwrite?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Inputs of the quickstart; tests use other encoders, adapters and sizes. */
export interface QuickstartSetup {
  readonly assets: MiniAssets;
  readonly plan: QuickstartPlan;
}

/** Runs `scalearn quickstart`: trains and compares methods on a small task, offline. */
export async function quickstart(
  given: QuickstartArguments,
  { terminal, signal }: { readonly terminal: Terminal; readonly signal: AbortSignal },
  setup: QuickstartSetup = { assets: miniAssets(), plan: usualPlan },
): Promise<void> {
  const began = performance.now();
  const plan = settlePlan(setup.plan, given);
  const { json, quiet = false, all = false, overwrite = false } = given;
  const people = quiet ? quietOutput : textOutput;
  const output = json ? jsonOutput(terminal, quiet) : people(terminal);
  await using folder = await QuickstartFolder.open(resolve(given.out), given.out);
  try {
    output.note(`loading miniglue/${plan.target} and the encoder`);
    const task = await loadTarget(plan);
    await using device = await openDevice(given.device, output.warn);
    using encoder = await loadEncoder(setup.assets.encoder, { device });
    const paths = Object.entries(setup.assets.adapters)
      .filter(([name]) => plan.isSource(name, plan.target))
      .map(([, path]) => path);
    const sources = await readSources(paths, task.id);
    const { path: out } = folder;
    const encoderPath = setup.assets.encoder;
    const methods = quickstartMethods(all);
    const tasks = methods.some(({ stage }) => stage === 'joint') ? await loadTasks(task, plan) : [];
    const workshop: Workshop = { plan, encoderPath, encoder, task, tasks, methods, sources, out, signal };
    const machine = describeMachine();
    output.opened({
      ...{ task, machine, device },
      encoder: { name: encoder.name, ...storedArchitecture(encoder.architecture) },
      sources: sources.map(({ adapter }) => adapter.name),
    });
    await compare(workshop, { folder, output, machine, began, out: given.out, overwrite });
  } catch (error) {
    throw signal.aborted && !(error instanceof StoppedError)
      ? new StoppedError('Interrupted before the first model was trained.', { cause: error })
      : error;
  } finally {
    output.close();
  }
}

/** Applies the options to the plan. */
function settlePlan(plan: QuickstartPlan, given: QuickstartArguments): QuickstartPlan {
  const { target = plan.target, rows = plan.rows, fast, seeds = fast ? 1 : plan.seeds } = given;
  return { ...plan, target, rows, seeds };
}

/** Loads the target, limited to the rows of the plan. */
async function loadTarget({ target, rows, validationRows, testRows }: QuickstartPlan): Promise<Task> {
  const task = await loadTask(`miniglue/${target}`, { limit: rows, evalLimit: testRows ?? undefined });
  return { ...task, validation: task.validation.slice(0, validationRows) };
}

/** Loads the tasks of joint methods: the target unchanged, the others with more rows. */
async function loadTasks(target: Task, { joint, validationRows }: QuickstartPlan): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const name of sourceTasks) {
    const id = `miniglue/${name}`;
    const limits = { limit: joint.rows, evalLimit: validationRows };
    tasks.push(id === target.id ? target : await loadTask(id, limits));
  }
  return tasks;
}
