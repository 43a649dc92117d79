// Writes src/masks/philox-wasm.ts: the WebAssembly form of core's dropout masks, four Philox blocks at a time.
// Run it after a change here: `npx -y -p wabt node packages/onnx/scripts/build-philox.mjs`. A test compares the masks
// with core's own, so a stale file cannot go unnoticed.
//
// The four lanes are the same block of 8 columns in four rows. Blocks are drawn from the last to the first: the last
// one may run over the end of its row, and the next row's first block, drawn later, puts right what it wrote there.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const four = [0, 1, 2, 3];
const lanes = (...pick) => pick.flatMap((lane) => four.map((byte) => lane * 4 + byte)).join(' ');
const shuffle = (x, y, ...pick) => `(i8x16.shuffle ${lanes(...pick)} ${x} ${y})`;
const get = (name) => `(local.get $${name})`;
const set = (name, value) => `(local.set $${name} ${value})`;

/** High and low halves of the products of four 32-bit numbers. */
const multiply = (factor, counter, high, low) => `
          ${set('even', `(i64x2.extmul_low_i32x4_u ${get(factor)} ${get(counter)})`)}
          ${set('odd', `(i64x2.extmul_high_i32x4_u ${get(factor)} ${get(counter)})`)}
          ${set(high, shuffle(get('even'), get('odd'), 1, 3, 5, 7))}
          ${set(low, shuffle(get('even'), get('odd'), 0, 2, 4, 6))}`;

/** Number of the row in a lane; the last row again where there are no more. */
const rowInLane = (lane) =>
  `(select (i32.const ${lane}) ${get('last')} (i32.lt_u (i32.const ${lane}) ${get('last')}))`;

/** A row's eight 16-bit halves, low half of each word first, as 0 or `kept`. */
const store = (lane, words) => `
          ${set('bits', `(i16x8.ge_u ${words} ${get('limit')})`)}
          (v128.store offset=0 align=4 ${get(`at${lane}`)} (v128.and (i32x4.extend_low_i16x8_s ${get('bits')}) ${get('low')}))
          (v128.store offset=16 align=4 ${get(`at${lane}`)} (v128.and (i32x4.extend_high_i16x8_s ${get('bits')}) ${get('high')}))
          ${set(`at${lane}`, `(i32.sub ${get(`at${lane}`)} (i32.const 32))`)}`;

/** `kept` where a column is inside the row, from column `first` of the block on, else 0. */
const inside = (first) => `(v128.and ${get('value')} (i32x4.lt_u
          (i32x4.add (i32x4.splat (i32.shl ${get('block')} (i32.const 3))) (v128.const i32x4 ${four.map((i) => first + i).join(' ')}))
          (i32x4.splat ${get('width')})))`;

const wat = `(module
  (memory (import "env" "memory") 1)
  (func (export "fill")
    (param $out i32) (param $rows i32) (param $width i32) (param $stride i32) (param $row i32) (param $rowStep i32)
    (param $stream i32) (param $step i32) (param $key0 i32) (param $key1 i32) (param $threshold i32) (param $kept f32)
    (local $last i32) (local $block i32) (local $round i32)
    ${four.map((lane) => `(local $at${lane} i32)`).join(' ')}
    (local $rowNumbers v128) (local $m0 v128) (local $m1 v128) (local $limit v128) (local $value v128)
    (local $low v128) (local $high v128) (local $bits v128)
    (local $c0 v128) (local $c1 v128) (local $c2 v128) (local $c3 v128) (local $k0 v128) (local $k1 v128)
    (local $high0 v128) (local $low0 v128) (local $high1 v128) (local $low1 v128) (local $even v128) (local $odd v128)
    (local $t0 v128) (local $t1 v128) (local $t2 v128) (local $t3 v128)
    ${set('m0', '(i32x4.splat (i32.const 0xd2511f53))')}
    ${set('m1', '(i32x4.splat (i32.const 0xcd9e8d57))')}
    ${set('limit', `(i16x8.splat ${get('threshold')})`)}
    ${set('value', `(f32x4.splat ${get('kept')})`)}
    (block $done (loop $nextRows
      (br_if $done (i32.le_s ${get('rows')} (i32.const 0)))
      ${set('last', `(i32.sub ${get('rows')} (i32.const 1))`)}
      ${set('block', `(i32.shr_u (i32.sub ${get('width')} (i32.const 1)) (i32.const 3))`)}
      ${four
        .map((lane) =>
          set(
            `at${lane}`,
            `(i32.add ${get('out')} (i32.add (i32.shl ${get('block')} (i32.const 5)) (i32.shl (i32.mul ${rowInLane(lane)} ${get('stride')}) (i32.const 2))))`,
          ),
        )
        .join('\n      ')}
      ${set(
        'rowNumbers',
        four.reduce(
          (vector, lane) =>
            `(i32x4.replace_lane ${lane} ${vector} (i32.add ${get('row')} (i32.mul ${rowInLane(lane)} ${get('rowStep')})))`,
          '(v128.const i32x4 0 0 0 0)',
        ),
      )}
      ${set('low', inside(0))}
      ${set('high', inside(4))}
      (loop $nextBlock
        ${set('c0', `(i32x4.splat ${get('block')})`)}
        ${set('c1', get('rowNumbers'))}
        ${set('c2', `(i32x4.splat ${get('stream')})`)}
        ${set('c3', `(i32x4.splat ${get('step')})`)}
        ${set('k0', `(i32x4.splat ${get('key0')})`)}
        ${set('k1', `(i32x4.splat ${get('key1')})`)}
        ${set('round', '(i32.const 10)')}
        (loop $nextRound
          ${multiply('m0', 'c0', 'high0', 'low0')}
          ${multiply('m1', 'c2', 'high1', 'low1')}
          ${set('c0', `(v128.xor (v128.xor ${get('high1')} ${get('c1')}) ${get('k0')})`)}
          ${set('c1', get('low1'))}
          ${set('c2', `(v128.xor (v128.xor ${get('high0')} ${get('c3')}) ${get('k1')})`)}
          ${set('c3', get('low0'))}
          ${set('k0', `(i32x4.add ${get('k0')} (i32x4.splat (i32.const 0x9e3779b9)))`)}
          ${set('k1', `(i32x4.add ${get('k1')} (i32x4.splat (i32.const 0xbb67ae85)))`)}
          ${set('round', `(i32.sub ${get('round')} (i32.const 1))`)}
          (br_if $nextRound ${get('round')}))
        ${set('t0', shuffle(get('c0'), get('c1'), 0, 4, 1, 5))}
        ${set('t1', shuffle(get('c2'), get('c3'), 0, 4, 1, 5))}
        ${set('t2', shuffle(get('c0'), get('c1'), 2, 6, 3, 7))}
        ${set('t3', shuffle(get('c2'), get('c3'), 2, 6, 3, 7))}
        ${store(0, shuffle(get('t0'), get('t1'), 0, 1, 4, 5))}
        ${store(1, shuffle(get('t0'), get('t1'), 2, 3, 6, 7))}
        ${store(2, shuffle(get('t2'), get('t3'), 0, 1, 4, 5))}
        ${store(3, shuffle(get('t2'), get('t3'), 2, 3, 6, 7))}
        ${set('low', get('value'))}
        ${set('high', get('value'))}
        ${set('block', `(i32.sub ${get('block')} (i32.const 1))`)}
        (br_if $nextBlock (i32.ge_s ${get('block')} (i32.const 0))))
      ${set('out', `(i32.add ${get('out')} (i32.shl ${get('stride')} (i32.const 4)))`)}
      ${set('row', `(i32.add ${get('row')} (i32.shl ${get('rowStep')} (i32.const 2)))`)}
      ${set('rows', `(i32.sub ${get('rows')} (i32.const 4))`)}
      (br $nextRows)))))`;

const require = createRequire(`${process.cwd()}/`);
const wabt = await require('wabt')();
const { buffer } = wabt.parseWat('philox.wat', wat, { simd: true }).toBinary({});
const base64 = Buffer.from(buffer).toString('base64');
writeFileSync(
  new URL('../src/masks/philox-wasm.ts', import.meta.url),
  `// Written by scripts/build-philox.mjs; do not edit.\nexport const philoxWasm: string =\n  '${base64}';\n`,
);
console.log(`${buffer.length} bytes`);
