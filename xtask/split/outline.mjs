// Makes functions of the places that are not reached at the start, inside of functions that are: so they can wait as well.
//
// A place becomes a function that takes the locals it reads, and gives back those it writes that are read behind it. Where
// it jumps out of itself, it says so, and the jump is made at the place. What it gives back but for one value lies in
// globals, read right after the call.
import { bit, liveness, locals } from "./live.mjs";
import { Tree, places } from "./tree.mjs";

// What weighs less than its call is left where it is.
const WEIGHT_MIN = Number(process.env.WEIGHT_MIN ?? 16);
const WEIGHT_PER_LOCAL = Number(process.env.WEIGHT_PER_LOCAL ?? 3);

// `reached`: names of functions and of places (`placeName`). Gives the names of the new functions.
export function outline(binaryen, module, reached) {
  const refs = [...Array(module.getNumFunctions()).keys()].map((i) => module.getFunctionByIndex(i));
  const globals = new Globals(binaryen, module);
  const made = [];
  for (const ref of refs) {
    const { name, module: from } = binaryen.getFunctionInfo(ref);
    if (!from && reached.has(name)) made.push(...new Outliner(binaryen, module, globals, ref).run(reached));
  }
  return made;
}

export const placeName = (functionName, i) => `${functionName} ${i}`;

// What a call gives back beside its result: one global a value, made when first needed, shared by all calls.
class Globals {
  constructor(binaryen, module) {
    Object.assign(this, { binaryen, module, made: new Map() });
  }

  // A way to hand out globals of each type, one after another.
  hand() {
    const given = new Map();
    return (type) => {
      const i = given.get(type) ?? 0;
      given.set(type, i + 1);
      const name = `given_${type}_${i}`;
      if (!this.made.has(name)) this.made.set(name, this.module.addGlobal(name, type, true, this.zero(type)));
      return name;
    };
  }

  zero(type) {
    const { i32, i64, f32, f64 } = this.binaryen;
    const { module } = this;
    if (type === i32) return module.i32.const(0);
    if (type === i64) return module.i64.const(0n);
    if (type === f32) return module.f32.const(0);
    if (type === f64) return module.f64.const(0);
    throw new Error(`a value of type ${type}`);
  }
}

class Outliner {
  constructor(binaryen, module, globals, ref) {
    const info = binaryen.getFunctionInfo(ref);
    Object.assign(this, { ...info, binaryen, module, globals, made: [] });
    this.types = [...binaryen.expandType(info.params), ...info.vars];
    this.tree = new Tree(binaryen);
  }

  run(reached) {
    const { tree, body, name } = this;
    this.unreached = new Map();
    let i = 0;
    for (const place of places(tree, body)) {
      if (!reached.has(placeName(name, i))) this.note(place);
      i += 1;
    }
    if (this.unreached.size > 0) {
      this.live = liveness(tree, body);
      this.visit(body);
    }
    return this.made;
  }

  // The unreached places of each expression; of the ends of a block the longest first.
  note(place) {
    const known = this.unreached.get(place.owner) ?? [];
    this.unreached.set(place.owner, [...known, place]);
  }

  // From the outside inward: what is part of a new function is not looked at again.
  visit(ref) {
    const { binaryen, tree } = this;
    const node = tree.read(ref);
    const gone = new Set();
    for (const place of this.unreached.get(ref) ?? []) {
      if (place.arm) {
        const arm = node[place.arm];
        const call = this.replaced([arm], this.live.before.get(arm), this.live.after.get(arm));
        if (!call) continue;
        gone.add(arm);
        if (place.arm === "ifTrue") binaryen.If.setIfTrue(ref, call);
        else binaryen.If.setIfFalse(ref, call);
      } else {
        const parts = node.parts.slice(place.from);
        const kept = stays(tree.read(parts.at(-1))) ? [parts.pop()] : [];
        if (parts.length === 0) continue;
        const call = this.replaced(parts, this.live.before.get(parts[0]), this.live.after.get(parts.at(-1)));
        if (!call) continue;
        for (const part of [...parts, ...kept]) gone.add(part);
        const rest = node.parts.slice(0, place.from);
        binaryen.Block.setChildren(ref, [...rest, call, ...kept]);
        break;
      }
    }
    for (const part of node.parts) if (!gone.has(part)) this.visit(part);
  }

  // The call that stands for `parts`; nothing when they stay.
  replaced(parts, before, after) {
    const { binaryen, module, tree } = this;
    const region = this.survey(parts);
    if (!region) return undefined;
    const last = tree.read(parts.at(-1)).type;
    const falls = last !== binaryen.unreachable;
    const valued = falls && last !== binaryen.none;
    let wanted = falls ? after : 0n;
    for (const label of region.labels) wanted |= this.live.label.get(label);
    const outs = [...locals(region.written & wanted)];
    const ins = [...locals(before & (region.read | (region.written & wanted)))];
    if (region.weight < WEIGHT_MIN + WEIGHT_PER_LOCAL * (ins.length + 2 * outs.length + 2 * region.labels.length)) return undefined;
    return this.moved({ parts, region, falls, valued, value: last, outs, ins });
  }

  // What the parts read, write, jump to; nothing when something bars the move.
  survey(parts) {
    const { binaryen, tree } = this;
    const own = new Set();
    const targets = new Set();
    const region = { weight: 0, read: 0n, written: 0n, gets: [], returns: [] };
    for (const part of parts) {
      for (const [ref, node] of tree.walk(part)) {
        region.weight += weight(node);
        if (!node.kind) return undefined;
        if (node.kind === "Block" || node.kind === "Loop") own.add(node.name);
        if (node.kind === "Break" || node.kind === "Switch") {
          if (node.value) return undefined;
          for (const name of node.kind === "Break" ? [node.name] : [...node.names, node.defaultName]) targets.add(name);
        }
        if (node.kind === "LocalGet") region.read |= bit(node.index);
        if (node.kind === "LocalSet") region.written |= bit(node.index);
        if (node.kind === "LocalGet" || node.kind === "LocalSet") region.gets.push([ref, node]);
        if (node.kind === "Return") return undefined;
      }
    }
    const kinds = [binaryen.i32, binaryen.i64, binaryen.f32, binaryen.f64];
    for (const local of locals(region.read | region.written)) if (!kinds.includes(this.types[local])) return undefined;
    region.labels = [...targets].filter((name) => !own.has(name));
    return region;
  }

  moved({ parts, region, falls, valued, value, outs, ins }) {
    const { binaryen, module, types } = this;
    const { none, i32 } = binaryen;
    const name = `${this.name} ~${this.made.length}`;
    const others = [...locals(region.read | region.written)].filter((local) => !ins.includes(local));
    const place = new Map([...ins, ...others].map((local, i) => [local, i]));
    const vars = others.map((local) => types[local]);
    for (const [ref, { kind, index }] of region.gets) binaryen[kind].setIndex(ref, place.get(index));

    const hand = this.globals.hand();
    const ways = [...(falls ? [undefined] : []), ...region.labels];
    const way = ways.length > 1 ? hand(i32) : undefined;
    const result = outs.length > 0 ? types[outs[0]] : none;
    const given = outs.slice(1).map((local) => [local, hand(types[local])]);
    const valueGlobal = valued ? hand(value) : undefined;

    // The new function: its blocks have the labels that it jumps to, so each jump ends at its label's own end.
    const done = `${name} done`;
    const last = valued ? [...parts.slice(0, -1), module.global.set(valueGlobal, parts.at(-1))] : parts;
    const ended = (i) => [...(way ? [module.global.set(way, module.i32.const(i))] : []), module.br(done)];
    let inner = module.block(null, falls ? [...last, ...ended(0)] : last);
    region.labels.forEach((label, i) => {
      inner = module.block(null, [module.block(label, [inner], none), ...ended(i + (falls ? 1 : 0))]);
    });
    const body = [module.block(done, [inner], none)];
    for (const [local, global] of given) body.push(module.global.set(global, module.local.get(place.get(local), types[local])));
    if (outs.length > 0) body.push(module.local.get(place.get(outs[0]), result));
    module.addFunction(name, binaryen.createType(ins.map((local) => types[local])), result, vars, module.block(null, body, result));
    this.made.push(name);

    // In its place: the call, what it gives back, the jump.
    const call = module.call(name, ins.map((local) => module.local.get(local, types[local])), result);
    const there = [outs.length > 0 ? module.local.set(outs[0], call) : call];
    for (const [local, global] of given) there.push(module.local.set(local, module.global.get(global, types[local])));
    region.labels.forEach((label, i) => {
      const only = !falls && i === region.labels.length - 1;
      const code = i + (falls ? 1 : 0);
      const taken = only ? undefined : module.i32.eq(module.global.get(way, i32), module.i32.const(code));
      there.push(module.br(label, taken));
    });
    if (ways.length === 0) there.push(module.unreachable());
    if (valued) there.push(module.global.get(valueGlobal, value));
    return module.block(null, there, valued ? value : ways.length > 0 && falls ? none : binaryen.unreachable);
  }
}

// A jump at the end of a place weighs as little as the call's own.
function stays(node) {
  return node.kind === "Unreachable" || (node.kind === "Break" && !node.condition && !node.value) || (node.kind === "Return" && !node.value);
}

// About the bytes of an expression without its parts.
function weight({ kind, value }) {
  switch (kind) {
    case "Nop":
      return 0;
    case "Const":
      return typeof value === "number" && Math.abs(value) < 64 ? 2 : 4;
    case "Load":
    case "Store":
    case "Call":
    case "CallIndirect":
      return 3;
    case "Unary":
    case "Binary":
    case "Select":
    case "Drop":
      return 1;
    default:
      return 2;
  }
}
