import { env, pipeline } from '@huggingface/transformers';

// The folder that `scalearn export` wrote is served beside this page.
Object.assign(env, { allowLocalModels: true, allowRemoteModels: false, localModelPath: './' });
const classify = await pipeline('text-classification', 'reviews');

const text = document.querySelector('input') as HTMLInputElement;
const answer = document.querySelector('output') as HTMLOutputElement;
text.oninput = async () => {
  const [best] = await classify(text.value);
  if (best) answer.value = `${best.label} (${Math.round(100 * best.score)} %)`;
};
text.dispatchEvent(new Event('input'));
