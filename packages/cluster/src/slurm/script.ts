/**
 * Returns the batch script of an array. Each task trains the job of its index. One that saved a checkpoint and left (exit
 * code 130), or that was killed, goes on later, unless Slurm is ending it.
 *
 * @param command program and arguments; the key follows
 * @param keys letters, digits and `. _ + -`
 */
export function batchScript(command: readonly string[], keys: readonly string[]): string {
  return `#!/bin/bash
keys=(
${keys.map(quoted).join('\n')}
)
${command.map(quoted).join(' ')} "\${keys[$SLURM_ARRAY_TASK_ID]}" &
worker=$!
trap 'kill -TERM "$worker"' TERM
while
  wait "$worker"
  status=$?
  kill -0 "$worker" 2>/dev/null
do :; done
# Not SLURM_JOB_ID: one task of an array has the number of the array, which means all tasks.
task="\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
if ((status >= 128)) && [[ $(squeue --noheader --jobs="$task" --format=%T) == RUNNING ]]; then
  scontrol requeue "$task"
fi
exit "$status"
`;
}

/** Quotes a word for a shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`;
