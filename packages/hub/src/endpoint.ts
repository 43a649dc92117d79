import { HubError } from './errors.ts';
import { environment } from './node.ts';

/**
 * Returns the URL of the hub without trailing slashes: the given one, `HF_ENDPOINT`, or the public hub.
 *
 * @param label the repository, for messages
 * @throws HubError `setting`
 */
export async function hubUrl(given: string | undefined, label: string): Promise<string> {
  const { HUB_URL } = await import('@huggingface/hub');
  const text = given ?? environment('HF_ENDPOINT') ?? HUB_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isGood = url && /^https?:$/.test(url.protocol) && !/[?#]/.test(text);
  if (isGood && !url.username && !url.password) return text.replace(/\/+$/, '');
  const what =
    url?.username || url?.password ? 'holds a user name or a password' : 'is not an http or https URL';
  throw new HubError('setting', label, `the address of the hub (HF_ENDPOINT) ${what}. Correct it.`);
}
