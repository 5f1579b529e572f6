// Which locals are still to be read: sets of locals as bits of a BigInt.

export const bit = (local) => 1n << BigInt(local);

export function* locals(set) {
  for (let local = 0; set > 0n; local += 1, set >>= 1n) if (set & 1n) yield local;
}

// Of a body: what is live `before` and `after` each expression, and at each `label`.
export function liveness(tree, body) {
  const before = new Map();
  const after = new Map();
  const label = new Map();

  function live(ref, out) {
    after.set(ref, out);
    const found = step(ref, tree.read(ref), out);
    before.set(ref, found);
    return found;
  }

  function step(ref, node, out) {
    switch (node.kind) {
      case "Block":
        if (node.name) label.set(node.name, out);
        return back(node.parts, out);
      case "Loop":
        return loop(node, out);
      case "If":
        return live(node.condition, live(node.ifTrue, out) | (node.ifFalse ? live(node.ifFalse, out) : out));
      case "Break":
        return back(node.parts, (label.get(node.name) ?? 0n) | (node.condition ? out : 0n));
      case "Switch":
        return back(node.parts, [...node.names, node.defaultName].reduce((all, name) => all | (label.get(name) ?? 0n), 0n));
      case "Return":
      case "Unreachable":
        return back(node.parts, 0n);
      case "LocalGet":
        return out | bit(node.index);
      case "LocalSet":
        return back(node.parts, out & ~bit(node.index));
      default:
        return back(node.parts, out);
    }
  }

  function back(parts, out) {
    return parts.reduceRight((found, part) => live(part, found), out);
  }

  // Once more, until what is live at its start is what its jumps back were told.
  function loop(node, out) {
    if (!node.name) return live(node.body, out);
    for (;;) {
      const told = label.get(node.name) ?? 0n;
      const found = live(node.body, out) | told;
      label.set(node.name, found);
      if (found === told) return found;
    }
  }

  live(body, 0n);
  return { before, after, label };
}
