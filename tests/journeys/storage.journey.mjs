import { cases as damage } from "./storage/damage.mjs";
import { cases as faults } from "./storage/faults.mjs";
import { cases as lives } from "./storage/lives.mjs";
import { ensure } from "./harness.mjs";

export const name = "backups in the browser: crashes, tabs, quotas, lost connections, damaged archives and damaged storage";

// Each case is [what holds, walk]; groups share what they can.
export async function walk(lab) {
  const groups = [lives, faults, damage];
  let count = 0;
  const failed = [];
  for (const group of groups) {
    for (const [what, check] of group) {
      count += 1;
      const start = performance.now();
      try {
        await check(lab);
        ensure(lab.faults.length === 0, `the page is not clean: ${lab.faults.join("\n")}`);
      } catch (error) {
        failed.push(`${what}: ${error.message}`);
        lab.faults = [];
        await lab.picture(`failed-${failed.length}`).catch(() => {});
      }
      const seconds = (performance.now() - start) / 1000;
      if (seconds > 4) console.log(`${seconds.toFixed(1)} s: ${what}`);
    }
  }
  console.log(`${count} cases of storage`);
  ensure(failed.length === 0, `${failed.length} of ${count} failed:\n${failed.join("\n")}`);
  ensure(count >= 40, `only ${count} cases`);
}
