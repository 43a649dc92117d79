/** Returns a page that sends a text to the service and shows the answer. */
export function page(models: readonly string[]): string {
  const options = models.map((name) => `<option>${escaped(name)}</option>`).join('');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ScaLearn</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  label { display: block; margin: 0.75rem 0; }
  textarea, input, select { display: block; width: 100%; box-sizing: border-box; font: inherit; }
  td { padding: 0 1rem 0 0; } td:nth-child(2) { font-variant-numeric: tabular-nums; }
</style>
<h1>Try the models</h1>
<form>
  <label>Model <select name="model">${options}</select></label>
  <label>Task, for a model of several <input name="task"></label>
  <label>Text <textarea name="text" rows="3" required></textarea></label>
  <label>Second text, for a model of pairs <textarea name="pair" rows="2"></textarea></label>
  <label>Token, if the service needs one <input name="token" type="password" autocomplete="off"></label>
  <button>Predict</button>
</form>
<table></table>
<output role="status"></output>
<p><a href="openapi.json">OpenAPI document</a></p>
<script type="module">
  const [form, table, output] = ['form', 'table', 'output'].map((name) => document.querySelector(name));
  form.onsubmit = async (event) => {
    event.preventDefault();
    const { model, task, text, pair, token } = Object.fromEntries(new FormData(form));
    table.replaceChildren();
    output.value = '…';
    try {
      const answer = await fetch('v1/classify', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: 'Bearer ' + token }) },
        body: JSON.stringify({ model, ...(task && { task }), inputs: [pair ? [text, pair] : text] }),
      });
      const { outputs, error } = await answer.json();
      if (error) throw new Error(error.message);
      const [{ label, score, scores = { score } }] = outputs;
      output.value = label ?? '';
      for (const [name, value] of Object.entries(scores)) {
        const row = table.insertRow();
        row.insertCell().textContent = name;
        row.insertCell().textContent = value.toFixed(4);
      }
    } catch ({ message }) {
      output.value = message;
    }
  };
</script>
</html>
`;
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
