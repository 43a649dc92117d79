import { once } from 'node:events';
import type { ServerType } from '@hono/node-server';
import type { DeviceChoice, WeightStorage } from '@scalearn/core';
import type { TransformerEncoder } from '@scalearn/encoders';
import { FolderError } from '@scalearn/experiments';
import {
  encoderLayers,
  encoderOf,
  loadModelEncoder,
  loadStoredModel,
  openStoredModel,
  type Reporter,
  storedCalibration,
} from '@scalearn/experiments/runs';
import { environment } from '@scalearn/hub';
import { LoadedModel } from '@scalearn/models';
import type { RequestRecord } from '@scalearn/serve';
import { type Command, Option } from 'commander';
import { openDevice } from '../devices/open-device.ts';
import { encoderOption, listOption, pathOption, wholeNumber } from '../options/command-line.ts';
import { namedFolders } from '../options/named-folders.ts';
import { trainOption } from '../options/train-options.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine, type Terminal } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface ServeArguments {
  /** Folders, each alone or as `NAME=FOLDER`. */
  readonly model: readonly string[];
  readonly encoder?: string;
  readonly device?: DeviceChoice;
  readonly precision?: WeightStorage;
  readonly host: string;
  readonly port: number;
  readonly cors?: readonly string[];
  readonly maxWait: number;
  readonly maxBatch: number;
  readonly maxQueue: number;
  readonly maxBody: number;
  readonly maxText: number;
  readonly maxTexts: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** The environment variable with the bearer token. A token on the command line could be read by other users. */
const tokenVariable = 'SCALEARN_SERVE_TOKEN';

export function addServe(root: Command, run: Run): void {
  const number = (flags: string, text: string, value: number, least = 1): Option =>
    new Option(flags, text).argParser(wholeNumber(least)).default(value);
  root
    .command('serve')
    .summary('answer HTTP requests with trained models')
    .description(
      `Answers HTTP requests with trained models. Models of the same encoder share it. ${tokenVariable} in the environment is the bearer token that requests must carry.`,
    )
    .addOption(
      listOption(
        '--model <dir...>',
        'folders of models; NAME=DIR gives one another name',
      ).makeOptionMandatory(),
    )
    .addOption(encoderOption('--encoder <name>'))
    .addOption(trainOption('device'))
    .addOption(trainOption('precision'))
    .addOption(pathOption('--host <address>', 'address to listen on; 0.0.0.0 for all').default('127.0.0.1'))
    .addOption(number('--port <n>', 'port to listen on; 0 for a free one', 8080, 0))
    .addOption(listOption('--cors <origin...>', 'origins whose pages may send requests; * for all'))
    .addOption(number('--max-wait <ms>', 'milliseconds that a request waits for others', 2, 0))
    .addOption(number('--max-batch <n>', 'texts from which a batch begins at once', 64))
    .addOption(number('--max-queue <n>', 'texts that may wait', 1024))
    .addOption(number('--max-body <bytes>', 'bytes of a body', 2 ** 20))
    .addOption(number('--max-text <n>', 'characters of a text', 20_000))
    .addOption(number('--max-texts <n>', 'texts of a request', 256))
    .option('--quiet', 'no line for each request')
    .option('--json', 'one JSON object for each request on standard output')
    .addHelpText('after', examples)
    .action((given: ServeArguments) => run((context) => serve(given, context)));
}

const examples = `
Examples:
  scalearn serve --model runs/reviews
  scalearn serve --model reviews=runs/reviews-3 topics=runs/topics --port 9000
  curl localhost:8080/v1/classify -H 'content-type: application/json' -d '{"inputs":"Good."}'
`;

async function serve(given: ServeArguments, context: CommandContext): Promise<void> {
  const { terminal, signal } = context;
  // Loaded here, because all other commands start faster without a web server.
  const [{ createService }, { serve: listen }] = await Promise.all([
    import('@scalearn/serve'),
    import('@hono/node-server'),
  ]);
  const models = await withReporter(terminal, { json: false, quiet: given.json === true }, (reporter) =>
    loadModels(given, reporter, context),
  );
  const { host, port, cors } = given;
  const token = environment(tokenVariable);
  const service = createService(models.byName, {
    ...given,
    ...(token === undefined ? {} : { token }),
    ...(cors ? { corsOrigins: cors } : {}),
    onRequest: (record) => showRequest(record, given, terminal),
    onError: ({ message }) => terminal.err(`${oneLine(`a request failed: ${message}`)}\n`),
  });
  try {
    const server = listen({ fetch: service.fetch, hostname: host, port });
    await listening(server, host, port);
    const { port: found } = server.address() as { port: number };
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${found}`;
    const names = Object.keys(models.byName);
    if (given.json) jsonLine(terminal, { event: 'listening', url, models: names });
    else terminal.out(`${oneLine(`serving ${names.join(', ')} on ${url}`)}\n`);
    if (!signal.aborted) await once(signal, 'abort');
    // Requests that wait are answered before the process ends.
    await service.stop();
    const closed = once(server, 'close');
    server.close();
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    await closed;
  } finally {
    await models.dispose();
  }
}

/** Waits until the server listens. @throws FolderError if the address cannot be used */
async function listening(server: ServerType, host: string, port: number): Promise<void> {
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new FolderError(
      `${host}:${port} cannot be listened on: ${(error as Error).message}; choose another with --port or --host`,
      { cause: error },
    );
  }
}

/** Models that share a device, and encoders where they are the same. */
interface ServedModels {
  readonly byName: Readonly<Record<string, LoadedModel>>;
  /** Frees the models, the encoders and the device. */
  dispose(): Promise<void>;
}

async function loadModels(
  { model: folders, encoder: given, device: choice, precision }: ServeArguments,
  reporter: Reporter,
  { signal, setup: { families, methods } }: CommandContext,
): Promise<ServedModels> {
  const places = namedFolders(folders);
  const opened = new Map(
    await Promise.all(
      [...places].map(async ([name, path]) => [name, await openStoredModel(path, { signal })] as const),
    ),
  );
  const device = await openDevice(choice, reporter.warn, { precision });
  const encoders = new Map<string, TransformerEncoder>();
  const byName: Record<string, LoadedModel> = {};
  const dispose = async (): Promise<void> => {
    for (const each of [...Object.values(byName), ...encoders.values()]) each.dispose();
    await device.dispose();
  };
  try {
    for (const [name, stored] of opened) {
      const { path } = stored;
      const source = await encoderOf(stored, given);
      const key = `${source} ${encoderLayers(stored) ?? 'all'}`;
      const how = { device, families, reporter, signal };
      const encoder = encoders.get(key) ?? (await loadModelEncoder(stored, source, how));
      encoders.set(key, encoder);
      const model = await loadStoredModel(stored, encoder, reporter, [], methods.readers);
      const calibration = storedCalibration(stored);
      const tasks = model.tasks.map((task) => ({ ...task, ...calibration(task.id) }));
      byName[name] = new LoadedModel(model, tasks, { ownsEncoder: false, warnings: [] });
      if (tasks.some(({ problem }) => problem === 'multipleChoice'))
        throw new FolderError(
          `${path} is a model for multiple choice; serve answers single texts and pairs only`,
        );
    }
    return { byName, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function showRequest(
  record: RequestRecord,
  { json, quiet }: Pick<ServeArguments, 'json' | 'quiet'>,
  terminal: Terminal,
): void {
  if (json) jsonLine(terminal, { event: 'request', ...record });
  if (json || quiet) return;
  const { method, path, status, milliseconds, model, texts } = record;
  const what = model === undefined ? '' : `, ${model}, ${texts} ${texts === 1 ? 'text' : 'texts'}`;
  terminal.out(`${oneLine(`${method} ${path} ${status} in ${milliseconds.toFixed(0)} ms${what}`)}\n`);
}
