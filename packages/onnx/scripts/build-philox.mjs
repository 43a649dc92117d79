// Writes src/masks/philox-wasm.ts: the WebAssembly form of core's dropout masks, four Philox blocks at a time.
// Run it after a change here: `npx -y -p wabt node packages/onnx/scripts/build-philox.mjs`. A test compares the masks
// with core's own, so a stale file cannot go unnoticed.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const lanes = (a, b, c, d) =>
  [a, b, c, d].flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)).join(' ');
const shuffle = (x, y, ...pick) => `(i8x16.shuffle ${lanes(...pick)} ${x} ${y})`;
const get = (name) => `(local.get $${name})`;
const multiply = (factor, counter, high, low) => `
      (local.set $even (i64x2.extmul_low_i32x4_u ${get(factor)} ${get(counter)}))
      (local.set $odd (i64x2.extmul_high_i32x4_u ${get(factor)} ${get(counter)}))
      (local.set $${high} ${shuffle(get('even'), get('odd'), 1, 3, 5, 7)})
      (local.set $${low} ${shuffle(get('even'), get('odd'), 0, 2, 4, 6)})`;

// Halves of a block's four words, low half first, as 0 or `kept`, and 0 from column `width` on.
const store = (block, words) => `
      (local.set $w ${words})
      (local.set $even (v128.and (i32x4.ge_u (v128.and ${get('w')} (v128.const i32x4 65535 65535 65535 65535)) ${get('limit')}) ${get('value')}))
      (local.set $odd (v128.and (i32x4.ge_u (i32x4.shr_u ${get('w')} (i32.const 16)) ${get('limit')}) ${get('value')}))
      ${[0, 1]
        .map((half) => {
          const pair = half === 0 ? [0, 4, 1, 5] : [2, 6, 3, 7];
          const first = block * 8 + half * 4;
          const column = `(i32x4.add (i32x4.splat ${get('column')}) (v128.const i32x4 ${[0, 1, 2, 3].map((i) => first + i).join(' ')}))`;
          return `(v128.store offset=${first * 4} align=4 ${get('at')}
        (v128.and ${shuffle(get('even'), get('odd'), ...pair)} (i32x4.lt_u ${column} ${get('edge')})))`;
        })
        .join('\n      ')}`;

const wat = `(module
  (memory (import "env" "memory") 1)
  (func (export "fill")
    (param $out i32) (param $rows i32) (param $width i32) (param $stride i32) (param $row i32) (param $rowStep i32)
    (param $stream i32) (param $step i32) (param $key0 i32) (param $key1 i32) (param $threshold i32) (param $kept f32)
    (local $column i32) (local $at i32) (local $round i32)
    (local $m0 v128) (local $m1 v128) (local $limit v128) (local $value v128) (local $edge v128)
    (local $c0 v128) (local $c1 v128) (local $c2 v128) (local $c3 v128) (local $k0 v128) (local $k1 v128)
    (local $high0 v128) (local $low0 v128) (local $high1 v128) (local $low1 v128)
    (local $even v128) (local $odd v128) (local $w v128)
    (local $t0 v128) (local $t1 v128) (local $t2 v128) (local $t3 v128)
    (local.set $m0 (i32x4.splat (i32.const 0xd2511f53)))
    (local.set $m1 (i32x4.splat (i32.const 0xcd9e8d57)))
    (local.set $limit (i32x4.splat ${get('threshold')}))
    (local.set $value (f32x4.splat ${get('kept')}))
    (local.set $edge (i32x4.splat ${get('width')}))
    (block $done (loop $nextRow
      (br_if $done (i32.eqz ${get('rows')}))
      (local.set $column (i32.const 0))
      (local.set $at ${get('out')})
      (block $rowDone (loop $nextBlocks
        (br_if $rowDone (i32.ge_u ${get('column')} ${get('stride')}))
        (local.set $c0 (i32x4.add (i32x4.splat (i32.shr_u ${get('column')} (i32.const 3))) (v128.const i32x4 0 1 2 3)))
        (local.set $c1 (i32x4.splat ${get('row')}))
        (local.set $c2 (i32x4.splat ${get('stream')}))
        (local.set $c3 (i32x4.splat ${get('step')}))
        (local.set $k0 (i32x4.splat ${get('key0')}))
        (local.set $k1 (i32x4.splat ${get('key1')}))
        (local.set $round (i32.const 10))
        (loop $nextRound
          ${multiply('m0', 'c0', 'high0', 'low0')}
          ${multiply('m1', 'c2', 'high1', 'low1')}
          (local.set $c0 (v128.xor (v128.xor ${get('high1')} ${get('c1')}) ${get('k0')}))
          (local.set $c1 ${get('low1')})
          (local.set $c2 (v128.xor (v128.xor ${get('high0')} ${get('c3')}) ${get('k1')}))
          (local.set $c3 ${get('low0')})
          (local.set $k0 (i32x4.add ${get('k0')} (i32x4.splat (i32.const 0x9e3779b9))))
          (local.set $k1 (i32x4.add ${get('k1')} (i32x4.splat (i32.const 0xbb67ae85))))
          (local.set $round (i32.sub ${get('round')} (i32.const 1)))
          (br_if $nextRound ${get('round')}))
        (local.set $t0 ${shuffle(get('c0'), get('c1'), 0, 4, 1, 5)})
        (local.set $t1 ${shuffle(get('c2'), get('c3'), 0, 4, 1, 5)})
        (local.set $t2 ${shuffle(get('c0'), get('c1'), 2, 6, 3, 7)})
        (local.set $t3 ${shuffle(get('c2'), get('c3'), 2, 6, 3, 7)})
        ${store(0, shuffle(get('t0'), get('t1'), 0, 1, 4, 5))}
        ${store(1, shuffle(get('t0'), get('t1'), 2, 3, 6, 7))}
        ${store(2, shuffle(get('t2'), get('t3'), 0, 1, 4, 5))}
        ${store(3, shuffle(get('t2'), get('t3'), 2, 3, 6, 7))}
        (local.set $at (i32.add ${get('at')} (i32.const 128)))
        (local.set $column (i32.add ${get('column')} (i32.const 32)))
        (br $nextBlocks)))
      (local.set $out (i32.add ${get('out')} (i32.shl ${get('stride')} (i32.const 2))))
      (local.set $row (i32.add ${get('row')} ${get('rowStep')}))
      (local.set $rows (i32.sub ${get('rows')} (i32.const 1)))
      (br $nextRow)))))`;

const require = createRequire(`${process.cwd()}/`);
const wabt = await require('wabt')();
const { buffer } = wabt.parseWat('philox.wat', wat, { simd: true }).toBinary({});
const base64 = Buffer.from(buffer).toString('base64');
writeFileSync(
  new URL('../src/masks/philox-wasm.ts', import.meta.url),
  `// Written by scripts/build-philox.mjs; do not edit.\nexport const philoxWasm: string =\n  '${base64}';\n`,
);
console.log(`${buffer.length} bytes`);
