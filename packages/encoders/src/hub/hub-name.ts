import { HubError } from './errors.ts';

/** A model of the hub at one revision. */
export interface HubName {
  /** `owner/name`, or `name` for the few models without an owner. */
  readonly repo: string;
  /** A branch, a tag or a full commit hash. */
  readonly revision: string;
  /** Both, for messages. */
  readonly label: string;
}

const PART = /^[A-Za-z0-9][\w.-]{0,95}$/;
const REVISION = /^[\w][\w./-]*$/;

/**
 * Reads `owner/name` or `owner/name@revision`.
 *
 * @throws HubError `name`
 */
export function parseHubName(text: string): HubName {
  const [repo = '', revision = 'main', ...rest] = text.split('@');
  const parts = repo.split('/');
  const good = parts.length <= 2 && parts.every((part) => PART.test(part) && !/\.\.|--/.test(part));
  if (good && rest.length === 0 && REVISION.test(revision) && !revision.includes('..')) {
    return { repo, revision, label: `${repo}@${revision}` };
  }
  throw new HubError(
    'name',
    text,
    'this is not a model name such as FacebookAI/roberta-base or owner/name@revision.',
  );
}
