import { HubError } from './errors.ts';
import { cacheHome, expandHome } from './home.ts';
import { environment, type NodeModules } from './node.ts';

/** Returns whether a variable means yes, with the same values as in Python. */
export const isYes = (value: string | undefined): boolean => /^(?:1|true|yes|on)$/i.test(value ?? '');

/**
 * Returns the access token from the same places as Python's `huggingface_hub`: the option, `HF_TOKEN`,
 * `HUGGING_FACE_HUB_TOKEN`, and the file that `hf auth login` writes (`HF_TOKEN_PATH`, or `token` in `HF_HOME`).
 * `HF_HUB_DISABLE_IMPLICIT_TOKEN` turns off all but the option.
 *
 * @param label the repository, for messages, which never show the token
 * @throws HubError `unauthorized` if the value cannot be a token
 */
export async function findAccessToken(
  given: string | undefined,
  node: NodeModules | undefined,
  label: string,
): Promise<string | undefined> {
  const isImplicit = given === undefined && !isYes(environment('HF_HUB_DISABLE_IMPLICIT_TOKEN'));
  const variable = ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'].find(environment);
  const found =
    given !== undefined || !isImplicit
      ? { text: given, from: 'HF_TOKEN' }
      : variable !== undefined
        ? { text: environment(variable), from: variable }
        : await fromFile(node);
  const token = found?.text?.replaceAll(/[\r\n]/g, '').trim();
  if (!token) return undefined;
  if (/^hf_[\x21-\x7e]+$/.test(token)) return token;
  const what = token.startsWith('hf_') ? 'has characters that no token has' : 'does not start with hf_';
  throw new HubError('unauthorized', label, `the access token ${what}. Check ${found?.from}.`);
}

async function fromFile(
  node: NodeModules | undefined,
): Promise<{ readonly text: string; readonly from: string } | undefined> {
  if (!node) return undefined;
  try {
    const named = environment('HF_TOKEN_PATH');
    const path = named === undefined ? node.path.join(cacheHome(node), 'token') : expandHome(node, named);
    return { text: await node.fs.readFile(path, 'utf8'), from: path };
  } catch {
    // There is none, or this program may not read it.
    return undefined;
  }
}
