// Who calls whom, read from a module's text.

const NAME = /\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+)/g;
const CALL = /\((?:call|return_call|ref\.func) (\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+))/;

// `calls`: of each function, the functions it names. `inTable`, `exported`: those that are called from elsewhere.
export function graph(text) {
  const calls = new Map();
  const inTable = new Set();
  const exported = new Set();
  let callees;
  for (const line of text.split("\n")) {
    if (line.startsWith(" (func ")) {
      callees = new Set();
      calls.set(plain(line.match(NAME)[0]), callees);
    } else if (line.startsWith(" (elem ")) {
      for (const name of line.slice(line.indexOf(" func ")).match(NAME) ?? []) inTable.add(plain(name));
    } else if (line.startsWith(" (export ") && line.includes("(func ")) {
      exported.add(plain(line.slice(line.indexOf("(func ")).match(NAME)[0]));
    } else if (line.startsWith(" (start ")) {
      exported.add(plain(line.match(NAME)[0]));
    } else {
      const call = line.match(CALL);
      if (call) callees?.add(plain(call[1]));
    }
  }
  return { calls, inTable, exported };
}

// A name without the text format's quotes and escapes.
function plain(name) {
  if (!name.startsWith('$"')) return name.slice(1);
  const bytes = [];
  const text = name.slice(2, -1);
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] !== "\\") bytes.push(...Buffer.from(text[i]));
    else if (/[0-9a-f]{2}/.test(text.slice(i + 1, i + 3))) {
      bytes.push(parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(text.charCodeAt(i + 1));
      i += 1;
    }
  }
  return Buffer.from(bytes).toString();
}
