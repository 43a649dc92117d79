import { namedHubRepository } from '@scalearn/encoders';
import { UsageError } from '@scalearn/experiments';
import { counted } from '@scalearn/experiments/runs';
import { type PushedCommit, parseHubName, pushFiles } from '@scalearn/hub';
import { modelCardFile } from '@scalearn/models';
import type { Command } from 'commander';
import { publishedModel } from '../export/published-files.ts';
import { pathOption } from '../options/command-line.ts';
import type { PushedEvent } from '../output/events.ts';
import { bytes, table } from '../output/format.ts';
import { jsonLine, withReporter } from '../output/reporter.ts';
import { oneLine } from '../output/terminal.ts';
import type { CommandContext, Run } from './context.ts';

interface PushArguments {
  readonly model: string;
  readonly repo: string;
  readonly branch?: string;
  readonly private?: boolean;
  readonly encoder?: string;
  readonly message?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function addPush(root: Command, run: Run): void {
  root
    .command('push')
    .summary('upload a trained model to the Hugging Face hub')
    .description(
      'Uploads a trained model with its card to the Hugging Face hub in one commit. The access token comes from HF_TOKEN, or from hf auth login.',
    )
    .addOption(pathOption('--model <dir>', 'folder of the model').makeOptionMandatory())
    .addOption(
      pathOption(
        '--repo <name>',
        'user/name on the hub; it is made if it does not exist',
      ).makeOptionMandatory(),
    )
    .addOption(pathOption('--branch <name>', 'an existing branch of it (default: main)'))
    .option('--private', 'make a private repository, if it is made now')
    .addOption(
      pathOption('--encoder <name>', 'hub name of the encoder, for a model whose encoder was a local folder'),
    )
    .addOption(pathOption('--message <text>', 'title of the commit'))
    .option('--dry-run', 'list the files with their sizes, and upload nothing')
    .option('--json', 'one JSON object on standard output')
    .addHelpText('after', examples)
    .action((given: PushArguments) => run((context) => push(given, context)));
}

const examples = `
Examples:
  scalearn push --model runs/reviews --repo user/reviews --dry-run
  scalearn push --model runs/reviews --repo user/reviews --encoder FacebookAI/roberta-base --private
`;

async function push(given: PushArguments, { terminal, signal }: CommandContext): Promise<void> {
  const { model, branch, message, dryRun = false, json = false } = given;
  const repo = namedHubRepository(given.repo) ?? given.repo;
  if (branch !== undefined && repo.includes('@'))
    throw new UsageError(`--repo ${repo} names a branch too; leave out --branch`);
  const name = branch === undefined ? repo : `${repo}@${branch}`;
  // Fails early, also without --dry-run.
  if (!parseHubName(name).repo.includes('/'))
    throw new UsageError(`--repo ${repo} has no owner; give user/name`);
  const { files, encoder } = await publishedModel(model, given.encoder);
  const sizes = Object.fromEntries(
    Object.entries(files).map(([file, content]) => [file, Buffer.byteLength(content)]),
  );
  await withReporter(terminal, { json: false, quiet: json }, async (reporter) => {
    if (encoder === null)
      reporter.warn(
        'the model will not say where its encoder can be loaded from; give its name on the hub with --encoder',
      );
    if (!Object.hasOwn(files, modelCardFile)) reporter.warn(`${model} has no model card, ${modelCardFile}`);
  });
  const commit = dryRun ? undefined : await pushed(name, files, { ...given, message, signal });
  const event: PushedEvent = {
    ...{ event: 'done', model, repo: name, encoder, files: sizes },
    ...{ commit: commit?.commit ?? null, url: commit?.url ?? null },
  };
  if (json) return jsonLine(terminal, event);
  const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
  const what = `${counted(Object.keys(sizes).length, 'file')}, ${bytes(total)}`;
  const rows = Object.entries(sizes).map(([file, size]) => [file, bytes(size)]);
  if (dryRun) terminal.out(`${table(rows)}${oneLine(`${what} would go to ${name}`)}\n`);
  else terminal.out(`${oneLine(`${what} pushed to ${event.url}`)}\n`);
}

function pushed(
  name: string,
  files: Parameters<typeof pushFiles>[1],
  {
    message,
    signal,
    ...given
  }: Pick<PushArguments, 'message' | 'private'> & { readonly signal: AbortSignal },
): Promise<PushedCommit> {
  return pushFiles(name, files, {
    signal,
    ...(message !== undefined && { message }),
    ...(given.private !== undefined && { private: given.private }),
  });
}
