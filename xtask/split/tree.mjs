// A function's body as a tree: what Binaryen says of an expression, and its parts in the order in which they run.

// By kind: the properties that hold parts.
const PARTS = {
  Nop: [],
  Block: ["children"],
  If: ["condition", "ifTrue", "ifFalse"],
  Loop: ["body"],
  Break: ["value", "condition"],
  Switch: ["value", "condition"],
  Call: ["operands"],
  CallIndirect: ["operands", "target"],
  LocalGet: [],
  LocalSet: ["value"],
  GlobalGet: [],
  GlobalSet: ["value"],
  Load: ["ptr"],
  Store: ["ptr", "value"],
  Const: [],
  Unary: ["value"],
  Binary: ["left", "right"],
  Select: ["ifTrue", "ifFalse", "condition"],
  Drop: ["value"],
  Return: ["value"],
  MemorySize: [],
  MemoryGrow: ["delta"],
  Unreachable: [],
  MemoryCopy: ["dest", "source", "size"],
  MemoryFill: ["dest", "value", "size"],
  RefNull: [],
  RefFunc: [],
  RefIsNull: ["value"],
  TableGet: ["index"],
  TableSet: ["index", "value"],
  TableSize: [],
  TableGrow: ["value", "delta"],
};

const BARE = new Set([undefined, "Nop", "Unreachable", "MemorySize", "RefNull"]);

// Reads expressions; what it has read it remembers, so nothing may have changed them since.
export class Tree {
  constructor(binaryen) {
    this.binaryen = binaryen;
    this.kinds = new Map(Object.keys(PARTS).map((kind) => [binaryen[`${kind}Id`], kind]));
    this.seen = new Map();
  }

  // Kind, properties, parts. An expression of a kind that is not known here has no kind.
  read(ref) {
    let node = this.seen.get(ref);
    if (!node) {
      const kind = this.kinds.get(this.binaryen.getExpressionId(ref));
      // Binaryen has no properties to tell of the simplest kinds.
      const info = BARE.has(kind) ? { type: this.binaryen.getExpressionType(ref) } : this.binaryen.getExpressionInfo(ref);
      const parts = (PARTS[kind] ?? []).flatMap((name) => info[name]).filter((part) => part !== 0);
      node = { ...info, kind, parts };
      this.seen.set(ref, node);
    }
    return node;
  }

  // All of them, each before its parts.
  *walk(ref) {
    const node = this.read(ref);
    yield [ref, node];
    for (const part of node.parts) yield* this.walk(part);
  }
}

// The places of a body that something may keep a run from reaching: an arm of an `if`, and the end of a block behind a
// part that may jump. `from` is the first part that belongs to the place. In the same body they always come in the same
// order.
export function* places(tree, ref) {
  const node = tree.read(ref);
  if (node.kind === "If") {
    yield { owner: ref, arm: "ifTrue" };
    if (node.ifFalse) yield { owner: ref, arm: "ifFalse" };
  }
  if (node.kind === "Block") {
    for (let from = 1; from < node.parts.length; from += 1) {
      if (jumps(tree, node.parts[from - 1])) yield { owner: ref, from };
    }
  }
  for (const part of node.parts) yield* places(tree, part);
}

function jumps(tree, ref) {
  const node = tree.read(ref);
  node.jumps ??=
    ["Break", "Switch", "Return", "Unreachable"].includes(node.kind) || node.parts.some((part) => jumps(tree, part));
  return node.jumps;
}
