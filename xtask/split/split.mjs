// Cuts the built page's wasm in two: `node split.mjs DIST`, called by `cargo xtask build`.
//
// The first module holds what the page reaches until it is alive and while it plays: the page is run in a real browser,
// and that is noted (profile.mjs). All other functions, and what is not reached inside of those that are (outline.mjs), lie
// in a second module, which the page fetches when it is first touched. In their place the first module has stubs, which
// call through the table that both share; a stub that is called before the second module is here fetches it at once
// (rest.js), so where the cut lies never changes what the page does.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { graph } from "./graph.mjs";
import { outline } from "./outline.mjs";
import { reached } from "./profile.mjs";

const packages = createRequire(join(process.env.REJOIN_NODE_MODULES, "x.js"));
const { default: binaryen } = await import(pathToFileURL(packages.resolve("binaryen")));
const { none, i32 } = binaryen;

const GLUE = "./page_bg.js";
const STACK = "__stack_pointer";

const dist = process.argv[2];
const found = (pattern) => {
  const names = readdirSync(dist).filter((name) => pattern.test(name));
  if (names.length !== 1) throw new Error(`${dist}: ${names.length} files like ${pattern}`);
  return names[0];
};
const wasmName = found(/^page-[0-9a-f]+_bg\.wasm$/);
const stem = wasmName.replace("_bg.wasm", "");
const restName = `${stem}_rest.wasm`;
const bytes = readFileSync(join(dist, wasmName));
const glue = readFileSync(join(dist, `${stem}.js`), "utf8");

if (!process.env.CHROME) {
  // In one piece, and without the names that the cut needs.
  writeFileSync(join(dist, wasmName), binaryen.readBinary(bytes).emitBinary());
  process.exit(0);
}
const used = await reached(binaryen, bytes, { dist, wasmName, glueName: `${stem}.js`, glue, graft });
const { first, rest } = cut(outlined(used), used);
writeFileSync(join(dist, wasmName), first);
writeFileSync(join(dist, restName), rest);
const late = readFileSync(new URL("rest.js", import.meta.url), "utf8").replace("REST", restName);
writeFileSync(join(dist, `${stem}.js`), `${graft(glue, "__rest: fetchRestNow,")}\n${late}`);
rename();

// Adds an import to those that wasm-bindgen's glue gives the module.
function graft(text, line) {
  const place = "const import0 = {\n";
  if (text.split(place).length !== 2) throw new Error(`${stem}.js: not wasm-bindgen's glue as we know it`);
  return text.replace(place, `${place}        ${line}\n`);
}

// The whole module once more: what is not reached inside of what is has become functions of its own.
function outlined(used) {
  const module = binaryen.readBinary(bytes);
  outline(binaryen, module, used);
  if (!module.validate()) throw new Error(`${wasmName}: not valid after places became functions`);
  binaryen.setDebugInfo(true);
  const parts = module.emitBinary();
  binaryen.setDebugInfo(false);
  return parts;
}

// The two modules. Each begins as the whole one, and loses what is the other's.
function cut(bytes, used) {
  const { calls, inTable, exported } = graph(binaryen.readBinary(bytes).emitText());
  const waits = new Set([...calls.keys()].filter((name) => !used.has(name) && !exported.has(name)));
  const whole = binaryen.readBinary(bytes);
  const signature = new Map();
  for (let i = 0; i < whole.getNumFunctions(); i += 1) {
    const { name, params, results } = binaryen.getFunctionInfo(whole.getFunctionByIndex(i));
    signature.set(name, { params, results });
  }
  const stubs = new Set([...inTable].filter((name) => waits.has(name)));
  const lent = new Set();
  for (const [caller, callees] of calls) {
    for (const callee of callees) {
      if (!waits.has(caller) && waits.has(callee)) stubs.add(callee);
      if (waits.has(caller) && !waits.has(callee) && calls.has(callee)) lent.add(callee);
    }
  }
  const parts = { bytes, waits, stubs: [...stubs], lent: new Map([...lent].map((name, i) => [name, `r${i.toString(36)}`])), signature };
  return { first: emit(firstOf(parts)), rest: emit(restOf(parts, calls)) };
}

function firstOf({ bytes, waits, stubs, lent, signature }) {
  const first = binaryen.readBinary(bytes);
  const { name: table, initial } = grownTable(first, stubs.length);
  first.addFunctionImport("rest", GLUE, "__rest", none, none);
  first.addGlobal("rest_here", i32, true, first.i32.const(0));
  first.addGlobalExport("rest_here", "__rest_here");
  for (const name of waits) first.removeFunction(name);
  stubs.forEach((name, i) => {
    const { params, results } = signature.get(name);
    const given = binaryen.expandType(params).map((type, k) => first.local.get(k, type));
    const missing = first.i32.eqz(first.global.get("rest_here", i32));
    const call = first.call_indirect(table, first.i32.const(initial + i), given, params, results);
    const body = first.block(null, [first.if(missing, first.call("rest", [], none)), call], results);
    first.addFunction(name, params, results, [], body);
  });
  for (const { name } of tables(first)) first.addTableExport(name, `t_${name}`);
  for (const name of globals(first)) first.addGlobalExport(name, `g_${name}`);
  for (const [name, short] of lent) first.addFunctionExport(name, short);
  return first;
}

function restOf({ bytes, waits, stubs, lent, signature }, calls) {
  const rest = binaryen.readBinary(bytes);
  const { name: table, initial } = grownTable(rest, stubs.length);
  each(rest.getNumExports(), (i) => binaryen.getExportInfo(rest.getExportByIndex(i)).name, (name) => rest.removeExport(name));
  each(
    rest.getNumElementSegments(),
    (i) => binaryen.getElementSegmentInfo(rest.getElementSegmentByIndex(i)).name,
    (name) => rest.removeElementSegment(name),
  );
  for (const name of calls.keys()) {
    if (waits.has(name)) continue;
    rest.removeFunction(name);
    const { params, results } = signature.get(name);
    if (lent.has(name)) rest.addFunctionImport(name, "first", lent.get(name), params, results);
  }
  // The memory and what lies in it are the first module's.
  rest.setMemory(1, -1, null, []);
  rest.addMemoryImport("0", "first", "memory");
  for (const { name } of tables(rest)) rest.addTableImport(name, "first", `t_${name}`);
  for (const name of globals(rest)) {
    const { type, mutable } = binaryen.getGlobalInfo(rest.getGlobal(name));
    rest.removeGlobal(name);
    rest.addGlobalImport(name, "first", `g_${name}`, type, mutable);
  }
  rest.addActiveElementSegment(table, "stubs", stubs, rest.i32.const(initial));
  return rest;
}

// All names first, then the deed: indexes shift while one removes.
function each(count, nameOf, deed) {
  [...Array(count).keys()].map(nameOf).forEach(deed);
}

function globals(module) {
  const infos = [...Array(module.getNumGlobals()).keys()].map((i) => binaryen.getGlobalInfo(module.getGlobalByIndex(i)));
  const own = infos.filter(({ name, module: from }) => !from && name !== "rest_here");
  if (!own.some(({ name }) => name === STACK)) throw new Error(`${wasmName}: no ${STACK}: were names stripped?`);
  return own.map(({ name }) => name);
}

function tables(module) {
  return [...Array(module.getNumTables()).keys()].map((i) => new binaryen.Table(module.getTableByIndex(i)));
}

// The table of functions, with room for the stubs behind what it `initial`ly holds.
function grownTable(module, more) {
  const table = tables(module).find(({ type }) => type === binaryen.funcref);
  if (!table) throw new Error(`${wasmName}: no table of functions`);
  const { name, initial } = table;
  table.initial = initial + more;
  table.max = initial + more;
  return { name, initial };
}

function emit(module) {
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  module.optimize();
  if (!module.validate()) throw new Error(`${wasmName}: the cut is not valid`);
  return module.emitBinary();
}

// Trunk named the files by the digest of what they were.
function rename() {
  const files = [wasmName, restName, `${stem}.js`];
  const digest = createHash("sha256");
  for (const name of files) digest.update(readFileSync(join(dist, name)));
  const now = `page-${digest.digest("hex").slice(0, 16)}`;
  for (const name of [`${stem}.js`, "index.html"]) {
    const file = join(dist, name);
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(stem, now));
  }
  for (const name of files) renameSync(join(dist, name), join(dist, name.replace(stem, now)));
}
