// Walks the journeys: `node run.mjs [FILTER]`, normally called by `cargo xtask test`.
//
// Each file beside this one that ends in `.journey.mjs` exports `name`, a sentence, and `walk(lab)`. A journey passes
// when `walk` returns and the page logged no error, threw nothing and asked no other origin for anything.
import { readdir } from "node:fs/promises";
import { Lab } from "./harness.mjs";

const filter = process.argv[2] ?? "";
const folder = new URL(".", import.meta.url);
const files = (await readdir(folder)).filter((name) => name.endsWith(".journey.mjs")).sort();
const lab = await Lab.start();
let passed = 0;
let failed = 0;
for (const file of files) {
  const { name, walk } = await import(new URL(file, folder));
  if (!`${file} ${name}`.includes(filter)) continue;
  const start = performance.now();
  try {
    await lab.fresh(file.replace(".journey.mjs", ""));
    await walk(lab);
    await lab.finish();
    passed += 1;
    console.log(`passed  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.stack ?? error}`);
    await lab.picture("failed").catch(() => {});
  }
}
await lab.stop();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || (passed === 0 && filter === "") ? 1 : 0;
