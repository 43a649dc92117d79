import { HubError } from './errors.ts';

/** The kind of a repository. */
export type RepositoryKind = 'model' | 'dataset';

/** A repository of the hub at one revision. */
export interface HubName {
  /** The kind of the repository. */
  readonly kind: RepositoryKind;
  /** `owner/name`, or `name` for the few repositories without an owner. */
  readonly repo: string;
  /** A branch, a tag or a full commit hash. */
  readonly revision: string;
  /** Repository and revision, for messages. */
  readonly label: string;
}

const PART = /^[A-Za-z0-9][\w.-]{0,95}$/;
const REVISION = /^[\w][\w./-]*$/;

/**
 * Parses `owner/name` or `owner/name@revision`.
 *
 * @throws HubError `name`
 */
export function parseHubName(text: string, kind: RepositoryKind = 'model'): HubName {
  const [repo = '', revision = 'main', ...rest] = text.split('@');
  const parts = repo.split('/');
  const good = parts.length <= 2 && parts.every((part) => PART.test(part) && !/\.\.|--/.test(part));
  if (good && rest.length === 0 && REVISION.test(revision) && !revision.includes('..')) {
    return { kind, repo, revision, label: `${repo}@${revision}` };
  }
  throw new HubError(
    'name',
    text,
    `this is not the name of a ${words[kind].example} or owner/name@revision.`,
  );
}

/** Words for each kind of repository in messages. */
export const words: Readonly<Record<RepositoryKind, { readonly noun: string; readonly example: string }>> = {
  model: { noun: 'model', example: 'model such as FacebookAI/roberta-base' },
  dataset: { noun: 'data set', example: 'data set such as nyu-mll/glue' },
};

/** Returns whether a name is that of a file inside a folder: not absolute, without `..`, backslash, scheme or drive. */
export function isInside(name: string): boolean {
  const parts = name.split('/');
  return !/[\\:\0]/.test(name) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Checks that a file is inside the repository. @throws HubError `name` */
export function checkInside({ label }: HubName, file: string): void {
  if (!isInside(file))
    throw new HubError('name', label, `${JSON.stringify(file)} is not the name of a file inside it.`);
}
