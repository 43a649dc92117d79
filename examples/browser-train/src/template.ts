import { deviceChoice, lossFigure } from './training-element.ts';

/** Initial content of the demo. */
export const template: string = `
<div class="controls">
  <button type="button" class="primary" id="run">Train</button>${deviceChoice}
</div>
<progress id="progress" value="0" max="1" aria-label="Progress of training"></progress>
<p class="status"><span id="status" role="status">Press Train. Training takes between a few seconds and a minute.</span> <span id="count"></span></p>
<dl>
  <div><dt>Device</dt><dd class="text" id="where">–</dd></div>
  <div><dt>Accuracy before</dt><dd id="before">–</dd></div>
  <div><dt>Accuracy after</dt><dd id="after">–</dd></div>
  <div><dt>Trained parameters</dt><dd id="parameters">–</dd></div>
  <div><dt>Time</dt><dd id="seconds">–</dd></div>
</dl>
<div class="figures">${lossFigure}
  <figure>
    <figcaption>Coefficient of each adapter</figcaption>
    <div id="bars"></div>
  </figure>
</div>
<form id="ask">
  <fieldset disabled>
    <legend>Try the model: does the claim follow from the text?</legend>
    <label>Text
      <input id="text" required autocomplete="off" value="Emma sold the old piano on Monday. Max found the coat in the park." />
    </label>
    <label>Claim
      <input id="claim" required autocomplete="off" value="The coat was discovered by Max." />
    </label>
    <div class="controls">
      <button type="submit">Ask</button>
      <output id="answer" for="text claim"></output>
    </div>
  </fieldset>
</form>`;
