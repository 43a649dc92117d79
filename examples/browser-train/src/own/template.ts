import { deviceChoice, lossFigure } from '../training-element.ts';

/** Initial content of the demo for a visitor's own file. */
export const template: string = `
<label class="drop" id="drop">
  <span>Drop a file of labeled rows here, or choose one: <code>.csv</code>, <code>.tsv</code>, <code>.jsonl</code>. It stays on this machine.</span>
  <input id="file" type="file" accept=".csv,.tsv,.jsonl,.json,.parquet,.gz" />
</label>
<div id="found" hidden>
  <div class="controls">
    <label>Column of texts <input id="text-column" autocomplete="off" /></label>
    <label>Column of labels <input id="label-column" autocomplete="off" /></label>
  </div>
  <p id="problem"></p>
  <ul id="doubts"></ul>
  <div class="wide"><table id="sample"></table></div>
  <div class="controls">
    <button type="button" class="primary" id="run">Train</button>${deviceChoice}
    <label>Encoder <input id="encoder" autocomplete="off" placeholder="mini" /></label>
  </div>
</div>
<progress id="progress" value="0" max="1" aria-label="Progress of training"></progress>
<p class="status"><span id="status" role="status">Choose a file with a column of texts and a column of labels.</span> <span id="count"></span></p>
<dl>
  <div><dt>Device</dt><dd class="text" id="where">–</dd></div>
  <div><dt>Time</dt><dd id="seconds">–</dd></div>
</dl>
<div class="figures">${lossFigure}
  <figure id="result" hidden>
    <figcaption id="scored"></figcaption>
    <div class="wide"><table id="scores"></table></div>
    <ul id="findings"></ul>
  </figure>
</div>
<form id="ask">
  <fieldset disabled>
    <legend>Try the model</legend>
    <label>Text <input id="question" required autocomplete="off" /></label>
    <div class="controls">
      <button type="submit">Ask</button>
      <output id="answer" for="question"></output>
    </div>
    <div class="controls">
      <button type="button" id="download-model">Download for ScaLearn</button>
      <button type="button" id="download-onnx">Download for transformers.js</button>
    </div>
  </fieldset>
</form>`;
