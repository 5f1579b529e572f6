// Makes functions of the places that are not reached at the start, inside of functions that are: so they can wait as well.
//
// A place becomes a function that takes the locals it reads, and gives back those it writes that are read behind it. Where
// it jumps out of itself, it says so, and the jump is made at the place. What it gives back but for one value lies in
// globals, read right after the call.
import { bit, liveness, locals } from "./live.mjs";
import { Tree, places } from "./tree.mjs";

// What weighs less than its call is left where it is.
const WEIGHT_MIN = 24;
const WEIGHT_PER_LOCAL = 3;

// The label that a `return` becomes in a new function.
const RETURN = "to return";

const JUMPS = new Set(["Break", "Switch", "Return"]);

// `reached`: names of functions and of places (`placeName`). Gives the names of the new functions.
export function outline(binaryen, module, reached, weightMin = WEIGHT_MIN) {
  const refs = [...Array(module.getNumFunctions()).keys()].map((i) => module.getFunctionByIndex(i));
  const globals = new Globals(binaryen, module);
  const made = [];
  for (const ref of refs) {
    const { name, module: from } = binaryen.getFunctionInfo(ref);
    if (!from && reached.has(name)) made.push(...new Outliner(binaryen, module, globals, ref, weightMin).run(reached));
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

  // Whether there are globals for values of this type.
  holds(type) {
    const { none, i32, i64, f32, f64 } = this.binaryen;
    return [none, i32, i64, f32, f64].includes(type);
  }

  zero(type) {
    const { i32, i64, f32 } = this.binaryen;
    const { module } = this;
    if (type === i32) return module.i32.const(0);
    if (type === i64) return module.i64.const(0n);
    return type === f32 ? module.f32.const(0) : module.f64.const(0);
  }
}

class Outliner {
  constructor(binaryen, module, globals, ref, weightMin) {
    const info = binaryen.getFunctionInfo(ref);
    Object.assign(this, { ...info, binaryen, module, globals, weightMin, made: [] });
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
    const { binaryen, tree } = this;
    const region = this.survey(parts);
    if (!region) return undefined;
    const { type } = tree.read(parts.at(-1));
    const falls = type !== binaryen.unreachable;
    const ways = [...(falls ? [{ type }] : []), ...region.jumps];
    const wanted = ways.reduce((all, { name }) => all | (name ? this.live.label.get(name) ?? 0n : after), 0n);
    const outs = [...locals(region.written & wanted)];
    const ins = [...locals(before & (region.read | (region.written & wanted)))];
    const call = WEIGHT_PER_LOCAL * (ins.length + 2 * outs.length + 2 * ways.length);
    if (region.weight < this.weightMin + call) return undefined;
    return this.moved(parts, { ...region, falls, ways, outs, ins });
  }

  // What the parts read, write, jump to; nothing when something bars the move.
  survey(parts) {
    const { tree } = this;
    const own = new Set();
    const jumps = new Map();
    const region = { weight: 0, read: 0n, written: 0n, locals: [], returns: [] };
    const look = (ref, owner) => {
      const node = tree.read(ref);
      region.weight += weight(node);
      if (node.kind === "Block" || node.kind === "Loop") own.add(node.name);
      const type = JUMPS.has(node.kind) && node.value ? tree.read(node.value).type : this.binaryen.none;
      if (node.kind === "Break") jumps.set(node.name, type);
      if (node.kind === "Switch") for (const name of [...node.names, node.defaultName]) jumps.set(name, type);
      if (node.kind === "Return") region.returns.push({ ref, owner, value: node.value, type });
      if (node.kind === "LocalGet") region.read |= bit(node.index);
      if (node.kind === "LocalSet") region.written |= bit(node.index);
      if (node.kind === "LocalGet" || node.kind === "LocalSet") region.locals.push([ref, node]);
      return node.kind && node.parts.every((part) => look(part, ref));
    };
    if (!parts.every((part) => look(part))) return undefined;
    if (region.returns.some(({ owner }) => owner && !["Block", "If", "Loop"].includes(tree.read(owner).kind))) return undefined;
    region.jumps = [...jumps].filter(([name]) => !own.has(name)).map(([name, type]) => ({ name, type }));
    if (region.returns.length > 0) region.jumps.push({ name: RETURN, type: this.results });
    const types = [...locals(region.read | region.written)].map((local) => this.types[local]);
    return [...types, ...region.jumps.map(({ type }) => type)].every((type) => this.globals.holds(type)) && region;
  }

  // Makes the function.
  moved(parts, region) {
    const { binaryen, module, types } = this;
    const { falls, ways, outs, ins } = region;
    const name = `${this.name} ~${this.made.length}`;
    this.made.push(name);
    const others = [...locals(region.read | region.written)].filter((local) => !ins.includes(local));
    const place = new Map([...ins, ...others].map((local, i) => [local, i]));
    for (const [ref, { kind, index }] of region.locals) binaryen[kind].setIndex(ref, place.get(index));

    const hand = this.globals.hand();
    const given = {
      result: outs.length > 0 ? types[outs[0]] : binaryen.none,
      outs: outs.slice(1).map((local) => [local, hand(types[local])]),
      way: ways.length > 1 ? hand(binaryen.i32) : undefined,
      values: ways.map(({ type }) => (type === binaryen.none ? undefined : hand(type))),
    };
    const body = [this.inside(this.withoutReturns(parts, region.returns), region, given, `${name} done`)];
    for (const [local, global] of given.outs) body.push(module.global.set(global, module.local.get(place.get(local), types[local])));
    if (outs.length > 0) body.push(module.local.get(place.get(outs[0]), given.result));
    const params = binaryen.createType(ins.map((local) => types[local]));
    const vars = others.map((local) => types[local]);
    module.addFunction(name, params, given.result, vars, module.block(null, body, given.result));
    const call = module.call(name, ins.map((local) => module.local.get(local, types[local])), given.result);
    return this.there(call, region, given);
  }

  // A `return` becomes a jump to a label.
  withoutReturns(parts, returns) {
    const { binaryen, module, tree } = this;
    const jumps = new Map(returns.map(({ ref, value }) => [ref, module.br(RETURN, undefined, value || undefined)]));
    for (const { ref, owner } of returns) {
      const { kind, parts: siblings, ifTrue } = owner ? tree.read(owner) : {};
      if (kind === "Block") binaryen.Block.setChildAt(owner, siblings.indexOf(ref), jumps.get(ref));
      if (kind === "Loop") binaryen.Loop.setBody(owner, jumps.get(ref));
      if (kind === "If" && ref === ifTrue) binaryen.If.setIfTrue(owner, jumps.get(ref));
      if (kind === "If" && ref !== ifTrue) binaryen.If.setIfFalse(owner, jumps.get(ref));
    }
    return parts.map((part) => jumps.get(part) ?? part);
  }

  // The parts in the new function, inside of blocks that have the labels they jump to: each jump ends at its label's own
  // end, which notes the way taken.
  inside(parts, { falls, ways }, { way, values }, done) {
    const { module } = this;
    const { none } = this.binaryen;
    const ended = (inner, i) => [
      ...(values[i] ? [module.global.set(values[i], inner)] : [inner]),
      ...(way ? [module.global.set(way, module.i32.const(i))] : []),
      module.br(done),
    ];
    const last = (i) => [...parts.slice(0, -1), ...ended(parts.at(-1), i)];
    let inner = module.block(null, falls ? last(0) : parts);
    ways.forEach(({ name, type }, i) => {
      if (name) inner = module.block(null, ended(module.block(name, [inner], type), i));
    });
    return module.block(done, [inner], none);
  }

  // What stands in the parts' place: the call, what it gives back, the jump.
  there(call, { falls, ways, outs }, { outs: given, way, values }) {
    const { module, types } = this;
    const { i32, none, unreachable } = this.binaryen;
    const parts = [outs.length > 0 ? module.local.set(outs[0], call) : call];
    for (const [local, global] of given) parts.push(module.local.set(local, module.global.get(global, types[local])));
    ways.forEach(({ name, type }, i) => {
      if (!name) return;
      const value = values[i] && module.global.get(values[i], type);
      const jump = name === RETURN ? module.return(value) : module.br(name, undefined, value);
      const taken = () => module.i32.eq(module.global.get(way, i32), module.i32.const(i));
      parts.push(!falls && i === ways.length - 1 ? jump : module.if(taken(), jump));
    });
    if (values[0] && falls) parts.push(module.global.get(values[0], ways[0].type));
    if (ways.length === 0) parts.push(module.unreachable());
    return module.block(null, parts, falls ? ways[0].type ?? none : unreachable);
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
