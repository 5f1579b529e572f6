// `node --test`: a module does the same after all of its places have become functions.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { outline } from "./outline.mjs";

const packages = createRequire(join(process.env.REJOIN_NODE_MODULES, "x.js"));
const { default: binaryen } = await import(pathToFileURL(packages.resolve("binaryen")));

// Each `f…` takes an i32 and gives one. `work` leaves a track in memory.
const TEXT = `(module
  (memory (export "memory") 1)
  (func $work (param $x i32) (result i32)
    (i32.store (i32.const 0) (i32.add (i32.mul (i32.load (i32.const 0)) (i32.const 31)) (local.get $x)))
    (i32.load (i32.const 0)))
  (func $f_arms (export "f_arms") (param $x i32) (result i32) (local $y i32) (local $z i64)
    (local.set $z (i64.const 7))
    (if (i32.gt_s (local.get $x) (i32.const 3))
      (then (local.set $y (call $work (i32.add (call $work (local.get $x)) (call $work (i32.const 1000)))))
            (local.set $z (i64.mul (local.get $z) (i64.extend_i32_s (call $work (local.get $y))))))
      (else (local.set $x (call $work (i32.add (call $work (local.get $x)) (call $work (i32.const 2000)))))))
    (i32.add (i32.add (local.get $x) (local.get $y)) (i32.wrap_i64 (local.get $z))))
  (func $f_valued (export "f_valued") (param $x i32) (result i32)
    (i32.add (local.get $x)
      (if (result i32) (i32.and (local.get $x) (i32.const 1))
        (then (drop (call $work (call $work (i32.const 5000)))) (call $work (call $work (local.get $x))))
        (else (drop (call $work (call $work (i32.const 6000)))) (call $work (call $work (i32.const 9)))))))
  (func $f_switch (export "f_switch") (param $x i32) (result i32) (local $y i32)
    (block $out
      (block $c (block $b (block $a
        (br_table $a $b $c $out (local.get $x)))
        (local.set $y (call $work (call $work (call $work (i32.const 1111))))) (br $out))
        (local.set $y (call $work (call $work (call $work (i32.const 2222)))))
        (br_if $out (i32.and (local.get $y) (i32.const 4)))
        (local.set $x (call $work (call $work (call $work (i32.const 3333))))))
      (local.set $y (i32.add (local.get $y) (call $work (call $work (i32.add (local.get $x) (i32.const 4444)))))))
    (i32.add (local.get $y) (local.get $x)))
  (func $f_loop (export "f_loop") (param $x i32) (result i32) (local $i i32) (local $sum i32)
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (if (i32.rem_u (local.get $i) (i32.const 3))
        (then (local.set $sum (i32.add (local.get $sum) (call $work (call $work (call $work (local.get $i))))))
              (br_if $again (i32.lt_s (local.get $i) (local.get $x)))
              (local.set $sum (i32.xor (local.get $sum) (call $work (call $work (i32.const 7777)))))))
      (br_if $again (i32.lt_s (local.get $i) (local.get $x))))
    (local.get $sum))
  (func $f_carried (export "f_carried") (param $x i32) (result i32) (local $i i32) (local $last i32)
    (loop $again
      (drop (call $work (local.get $last)))
      (if (i32.lt_s (local.get $i) (i32.const 5))
        (then (local.set $last (call $work (local.get $i)))))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_s (local.get $i) (local.get $x))))
    (local.get $i))
  (func $f_perhaps (export "f_perhaps") (param $x i32) (result i32) (local $y i32)
    (local.set $y (call $work (local.get $x)))
    (if (i32.gt_s (local.get $x) (i32.const 2))
      (then (if (i32.and (local.get $x) (i32.const 1))
        (then (local.set $y (call $work (i32.const 1)))))))
    (local.get $y))
  (func $f_return (export "f_return") (param $x i32) (result i32) (local $y i32)
    (block $on
      (br_if $on (i32.lt_s (local.get $x) (i32.const 2)))
      (local.set $y (call $work (call $work (call $work (local.get $x)))))
      (if (i32.and (local.get $x) (i32.const 1))
        (then (return (i32.add (local.get $y) (call $work (call $work (i32.const 8888)))))))
      (local.set $x (call $work (call $work (local.get $y)))))
    (i32.sub (local.get $x) (local.get $y)))
  (func $f_jump_with_value (export "f_jump_with_value") (param $x i32) (result i32)
    (i32.mul (i32.const 3)
      (block $value (result i32)
        (if (i32.gt_s (local.get $x) (i32.const 4))
          (then (drop (call $work (call $work (i32.const 1234))))
                (drop (br_if $value (call $work (call $work (local.get $x))) (i32.and (local.get $x) (i32.const 1))))
                (local.set $x (call $work (call $work (i32.const 4321))))))
        (local.get $x))))
  (func $f_trap (export "f_trap") (param $x i32) (result i32)
    (block $fine
      (br_if $fine (i32.ne (local.get $x) (i32.const 6)))
      (drop (call $work (call $work (call $work (local.get $x)))))
      (unreachable))
    (call $work (local.get $x))))`;

// What each function gives for each of some numbers, with the track that it leaves.
async function answers(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes);
  const { memory, ...functions } = instance.exports;
  const track = new Int32Array(memory.buffer, 0, 1);
  return Object.entries(functions).map(([name, run]) => {
    const given = [...Array(9).keys()].map((x) => {
      try {
        return [run(x), track[0]];
      } catch (error) {
        return [String(error), track[0]];
      }
    });
    return [name, given];
  });
}

test("a module does the same after all of its places have become functions", async () => {
  const before = binaryen.parseText(TEXT);
  const expected = await answers(before.emitBinary());
  const after = binaryen.parseText(TEXT);
  const names = [...Array(after.getNumFunctions()).keys()].map((i) => binaryen.getFunctionInfo(after.getFunctionByIndex(i)).name);
  const made = outline(binaryen, after, new Set(names), -Infinity);
  assert.ok(after.validate());
  for (const name of names.slice(1)) assert.ok(made.some((part) => part.startsWith(`${name} ~`)), `nothing of ${name} was moved`);
  assert.deepEqual(await answers(after.emitBinary()), expected);
});
